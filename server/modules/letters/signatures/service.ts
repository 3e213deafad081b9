import { Types } from 'mongoose'
import type { Logger } from 'pino'
import { Refusal } from '../../../http/errors.ts'
import type { Deps } from '../../../infra/deps.ts'
import { linesOf, picturesIn } from '../answers/present.ts'
import { allOf, answersOf, refuseUnanswered } from '../answers/service.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import { returnedIn } from '../looks/service.ts'
import { type Opened, withNames } from '../mine/service.ts'
import type { ChildsLetter } from '../policy.ts'
import { superseded } from '../sheets/closing/service.ts'
import { record } from '../sheets/service.ts'
import { weighOn } from '../sheets/weighing/service.ts'
import { type Drawn, SignatureModel, type SignatureRecord, VoidedSignatureModel } from './model.ts'
import { photosAsSigned } from './photos/service.ts'
import { presentCopy } from './present.ts'
import { isPaired, isTooLittle, rounded } from './rules.ts'

const BATCH = 50

export interface Drawing {
  strokes: number[][]
  width: number
  height: number
}

/**
 * Signs a letter for a child: the signature and the mark on the sheet together or not at all. Sent twice it is one
 * signature; after the other parent's it is refused by name.
 */
export async function sign(
  proof: ChildsLetter,
  drawing: Drawing,
  now: Date,
  deps: Pick<Deps, 'fields' | 'files'>,
): Promise<Opened> {
  const { letter, child } = proof
  if (letter.confirmation !== 'sign') throw new Refusal('conflict', '这封信不需要签字')
  const slot = slotOf(letter, child.personId)
  const given = await findSignature(letter._id, child.studentId, slot)
  if (given) return already(proof, given, now)
  if (letter.supersededBy) throw superseded()
  if (!isPaired(drawing.strokes)) throw new Refusal('invalid', '签名不完整，请重写')
  if (isTooLittle(drawing.strokes, drawing.height)) throw new Refusal('invalid', '签名太短，请写上您的姓名')

  await refuseUnanswered(proof)
  const answers = await answersSigned(proof, deps)
  const returned = await returnedIn(letter)

  const words = await record(proof, ['read'], now)
  const signature = {
    letterId: letter._id,
    studentId: new Types.ObjectId(child.studentId),
    personId: new Types.ObjectId(child.personId),
    ...(slot && { slot }),
    classId: new Types.ObjectId(proof.classId),
    childName: child.studentName,
    relation: child.relation,
    signedAt: now,
    textHash: letter.textHash,
    version: letter.version,
    width: drawing.width,
    height: drawing.height,
    sealed: sealDrawn(
      {
        strokes: rounded(drawing.strokes),
        ...(answers && { answers }),
        ...(returned.length > 0 && { returned }),
      },
      deps,
    ),
    schoolName: words.schoolName,
    className: words.className,
    teacher: words.teacher,
    sentAt: words.sentAt,
  }
  try {
    const sheet = await SignatureModel.db.transaction(async () => {
      await SignatureModel.create([signature])
      const marked = await record(proof, ['signed'], now)
      // Somebody answered for the child a moment earlier, in another way.
      if (!marked.signedBy?.[child.studentId]?.[child.personId])
        throw new Refusal('conflict', '家里已经有一位家长交过回执了，一个孩子只交一份')
      return marked
    })
    // What the transaction saw of the family is as old as its beginning.
    if (slot) await weighOn(sheet._id, child.studentId, now)
    return await withNames(proof, sheet)
  } catch (error) {
    if ((error as { code?: number }).code !== 11000) throw error
    const other = await findSignature(letter._id, child.studentId, slot)
    if (!other) throw error
    return already(proof, other, now)
  }
}

const sealDrawn = (drawn: Drawn, { fields }: Pick<Deps, 'fields'>) => fields.seal(JSON.stringify(drawn))

/** What was drawn and answered, readable again. */
export const drawnOf = (it: SignatureRecord, { fields }: Pick<Deps, 'fields'>): Drawn =>
  it.sealed
    ? (JSON.parse(fields.open(it.sealed)) as Drawn)
    : { strokes: it.strokes ?? [], ...(it.answers && { answers: it.answers }) }

/** The answers as they stand when they are signed: a copy says what was signed, whatever is changed later. */
async function answersSigned({ letter, child }: ChildsLetter, deps: Pick<Deps, 'fields' | 'files'>) {
  const { form } = letter
  if (!form) return null
  const all = await answersOf(letter._id, child.studentId)
  const one = all.find((it) => it.guardianKey === child.personId) ?? all[0]
  if (!one) return null
  const items = allOf(one, deps)
  return Promise.all(
    linesOf(form, items).map(async ({ code, label, text }) => {
      const photos = await photosAsSigned(picturesIn(items.filter((it) => it.code === code)), deps)
      return { label, text, ...(photos.length > 0 && { photos }) }
    }),
  )
}

async function already(proof: ChildsLetter, given: SignatureRecord, now: Date) {
  if (String(given.personId) !== proof.child.personId) {
    throw new Refusal('conflict', `${given.childName}${given.relation}已经签过了，不用再签`)
  }
  return withNames(proof, await record(proof, proof.letter.supersededBy ? ['read'] : ['read', 'signed'], now))
}

/** Where each guardian signs, everybody has a copy of their own (decision 0025); else the family has one. */
const slotOf = ({ receiptRule }: Pick<LetterRecord, 'receiptRule'>, personId: string | undefined) =>
  receiptRule === 'each' ? personId : undefined

/** The family's signature; with a slot that of one guardian. */
export const findSignature = (letterId: Types.ObjectId, studentId: string, slot?: string) =>
  SignatureModel.findOne({
    letterId,
    studentId: new Types.ObjectId(studentId),
    ...(slot && { slot }),
  }).lean<SignatureRecord>()

/** What the family is not shown: who signed is kept from the child by a court, and so is their name. */
export async function refuseWithheld(letter: LetterRecord, studentId: string, personId?: string) {
  const signature = await findSignature(letter._id, studentId, slotOf(letter, personId))
  if (signature?.isWithheld) throw new Refusal('not_found', '这份签收单由学校保管，需要时请向班主任索取')
}

/** The signed copy as it is kept; in the seconds before it is kept, the same bytes made here. */
export async function copyOf(
  letter: LetterRecord,
  { studentId, personId }: { studentId: string; personId?: string | undefined },
  deps: Pick<Deps, 'files' | 'fields'>,
) {
  const signature = await findSignature(letter._id, studentId, slotOf(letter, personId))
  if (!signature) throw new Refusal('not_found', '还没有签字，没有签收单')
  const bytes = signature.copySha256
    ? await deps.files.get(signature.copySha256)
    : await presentCopy(signature, drawnOf(signature, deps), letter)
  return { bytes, name: copyName(signature, letter) }
}

const copyName = (signature: SignatureRecord, letter: LetterRecord) =>
  `签收单_${signature.childName}_${letter.title}.pdf`

/** The name of a signed copy that exists, of that class where one is asked for. */
export async function nameOfCopy(
  letter: LetterRecord,
  { studentId, personId }: { studentId: string; personId?: string | undefined },
  classId?: string,
) {
  const signature = await findSignature(letter._id, studentId, slotOf(letter, personId))
  if (!signature || (classId && String(signature.classId) !== classId)) {
    throw new Refusal('not_found', '还没有签字，没有签收单')
  }
  return copyName(signature, letter)
}

/**
 * Keeps the signed copies that are not kept yet. Not in the request: setting a page takes tens of milliseconds of the
 * one thread that answers everybody.
 */
export async function freezeCopies(deps: Pick<Deps, 'files' | 'fields'> & { log: Logger }) {
  let after = new Types.ObjectId('0'.repeat(24))
  for (;;) {
    const signatures = await SignatureModel.find({ copySha256: null, _id: { $gt: after } })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean<SignatureRecord[]>()
    const last = signatures.at(-1)
    if (!last) return
    after = last._id
    const letters = await LetterModel.find({ _id: { $in: signatures.map((it) => it.letterId) } }).lean<
      LetterRecord[]
    >()
    for (const signature of signatures) {
      const letter = letters.find((it) => it._id.equals(signature.letterId))
      if (letter) {
        await freeze(signature, letter, deps).catch((error: unknown) =>
          deps.log.error({ err: error, signatureId: String(signature._id) }, 'signed copy not kept'),
        )
      }
    }
  }
}

async function freeze(
  signature: SignatureRecord,
  letter: LetterRecord,
  deps: Pick<Deps, 'files' | 'fields'>,
) {
  const copySha256 = await deps.files.put(await presentCopy(signature, drawnOf(signature, deps), letter))
  await SignatureModel.updateOne({ _id: signature._id, copySha256: null }, { copySha256 })
}

/** Seals what stood open before signatures were sealed; tells how many. Run again, or beside itself, it finds what is left. */
export async function sealOldSignatures(deps: Pick<Deps, 'fields'>): Promise<number> {
  let sealed = 0
  for (const model of [SignatureModel, VoidedSignatureModel]) {
    const open = model.collection.find<SignatureRecord>({ strokes: { $exists: true } }, { batchSize: BATCH })
    for await (const it of open) {
      const { modifiedCount } = await model.collection.updateOne(
        { _id: it._id, strokes: { $exists: true } },
        { $set: { sealed: sealDrawn(drawnOf(it, deps), deps) }, $unset: { strokes: 1, answers: 1 } },
      )
      sealed += modifiedCount
    }
  }
  return sealed
}

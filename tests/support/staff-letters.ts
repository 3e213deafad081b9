import type { LetterForm } from '#contract/letter-form'
import { createLetter, queueLetter, reviseLetter, updateLetter } from '#contract/letters'
import type { PostKind } from '#contract/posts'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { buildBranch, buildStaff } from './build.ts'
import { newRequest, tick } from './letters.ts'
import type { World } from './world.ts'

/** A small PDF, as a scanner would make it. */
export const PDF = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
)

export const MEETING: LetterForm = {
  answeredBy: 'once',
  fields: [
    { code: 'attend', label: '参加吗', type: 'choice', required: true, options: ['到会', '来不了'] },
    ...(['unit', 'name', 'post'] as const).map((code) => ({
      ...{ code, type: 'text' as const, required: true, maxLength: 40 },
      label: { unit: '单位', name: '姓名', post: '职务' }[code],
      shownIf: { field: 'attend', is: ['到会'] },
    })),
    {
      ...{ code: 'mobile', label: '手机', type: 'phone', required: true },
      shownIf: { field: 'attend', is: ['到会'] },
    },
    { code: 'report', label: '盖章的回执', type: 'file', required: true, most: 2 },
  ],
}

export const MOBILE = '13800001234'

/** What a head fills in who comes. */
export const coming = (files: string[], over: Record<string, string> = {}) => [
  { code: 'attend', value: ['到会'] },
  ...Object.entries({ unit: '实验中学', name: '顾远', post: '校长', mobile: MOBILE, ...over }).map(
    ([code, value]) => ({ code, value }),
  ),
  { code: 'report', value: { files } },
]

/** Two schools of a district with their offices, and a letter of the district to their heads. */
export async function buildMeeting(world: World, over: ToPosts = {}) {
  const here = await buildBranch()
  const other = await buildBranch({ city: here.city, district: here.district })
  const head = await buildStaff(here.school, 'principal', { name: '顾远' })
  const deputy = await buildStaff(here.school, 'school_admin', { name: '许静' })
  const otherHead = await buildStaff(other.school, 'principal', { name: '周敏' })
  const { fields } = world.deps()
  await PersonModel.updateOne({ _id: head }, { phone: fields.seal(MOBILE), phoneIndex: fields.index(MOBILE) })
  const admin = await buildStaff(here.district, 'district_admin', { name: '陈立' })
  const district = await world.as(admin, 'staff')
  const letterId = await sendToPosts(district, here.district, over)
  await tick(world)
  return {
    ...here,
    ...{ other, letterId, district, headId: head, deputyId: deputy },
    head: await world.as(head, 'staff'),
    deputy: await world.as(deputy, 'staff'),
    otherHead: await world.as(otherHead, 'staff'),
    at: { letterId, unitId: String(here.district._id) },
  }
}

type Caller = Awaited<ReturnType<World['as']>>

interface ToPosts {
  form?: LetterForm | null
  dueOn?: string | null
  posts?: PostKind[]
  body?: string
}

const toPosts = (
  unitId: string,
  {
    form = MEETING,
    dueOn = '2026-11-27',
    posts = ['principal', 'school_admin'],
    body = '{{称呼}}：\n\n请参加周五的会议。',
  }: ToPosts,
) => ({
  ...{ title: '家长学校工作会', body, pledge: '', confirmation: 'confirm' as const, dueOn, form },
  ...{ audience: [], staff: { posts, unitIds: [unitId] } },
})

export async function sendToPosts(call: Caller, unit: UnitRecord, said: ToPosts) {
  const unitId = String(unit._id)
  const draft = await call(createLetter, {
    ...{ ...toPosts(unitId, said), kind: 'letter', unitId, requestId: newRequest() },
  })
  await call(queueLetter, { letterId: draft.id, sendAt: null })
  return draft.id
}

/** Sends the corrected edition of a letter to posts, and gives its number. */
export async function correctToPosts(
  call: Caller,
  { letterId, unitId }: { letterId: string; unitId: string },
  { correction, ...said }: ToPosts & { correction: string },
) {
  const draft = await call(reviseLetter, { letterId, requestId: newRequest() })
  await call(updateLetter, { ...toPosts(unitId, said), letterId: draft.id, correction })
  await call(queueLetter, { letterId: draft.id, sendAt: null })
  return draft.id
}

/** Uploads a paper as phone and console do, and gives its number. */
export async function sendPaper(
  world: World,
  personId: string,
  letterId: string,
  {
    bytes = PDF,
    kind = 'pdf',
    requestId = newRequest(),
  }: { bytes?: Buffer; kind?: string; requestId?: string } = {},
) {
  const query = `requestId=${requestId}&kind=${kind}&name=${encodeURIComponent('回执.pdf')}`
  const answer = await fetch(`${world.origin()}/api/me/staff-letters/${letterId}/papers?${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await world.tokenOf(personId, 'staff')}` },
    body: new Uint8Array(bytes),
  })
  const said = (await answer.json()) as { id?: string; error?: { message: string } }
  return { status: answer.status, id: said.id ?? '', message: said.error?.message ?? '' }
}

import type { DeskThreadLine, MyThreadLine, ThreadFile, ThreadLine } from '#contract/threads'
import type { FieldCrypto } from '../../../infra/field-crypto.ts'
import type { LineFile, LineRecord, ThreadRecord } from './model.ts'
import { isWithdrawable, previewOf, WITHDRAW_MS } from './rules.ts'
import { privateWith } from './private/rules.ts'
import { isUnreadBy } from './reading/service.ts'

/** Who reads, and with what. */
export interface Reader {
  personId: string
  side: 'family' | 'post'
  thread: ThreadRecord
  now: Date
  fields: Pick<FieldCrypto, 'open'>
  linkTo: (file: LineFile) => string
  /** Pictures that only their writer may see, with why they were sent back. */
  hidden: ReadonlyMap<string, string | null>
}

const CLOSED = '这位家长已注销账号，写的话已经删除'

function textOf({ sealedText, personId, side }: LineRecord, fields: Pick<FieldCrypto, 'open'>) {
  if (sealedText !== '') return fields.open(sealedText)
  return personId === null && side === 'family' ? CLOSED : ''
}

/** What was taken back shows nothing; but the school goes on seeing what speaks of danger. */
const isGone = (line: LineRecord, side: Reader['side']) =>
  line.withdrawnAt !== null && !(line.isDanger && side === 'post')

export function presentLine(line: LineRecord, reader: Reader): ThreadLine {
  const isMine = String(line.personId) === reader.personId
  const gone = isGone(line, reader.side)
  const { files, note } = filesOf(line, isMine, reader.hidden)
  return {
    id: String(line._id),
    seq: line.seq,
    side: line.side,
    by: line.by,
    isMine,
    text: gone ? '' : [textOf(line, reader.fields), note].filter(Boolean).join('\n'),
    files: gone ? [] : files.map((it) => presentFile(it, reader.linkTo)),
    at: line.at.toISOString(),
    isRead: isReadBy(line, reader.thread),
    isWithdrawn: line.withdrawnAt !== null,
    isInReview: line.status === 'waiting',
    refusedBecause: line.status === 'refused' ? (line.refusedBecause ?? '') : null,
    ...(line.isWithheld && { isWithheld: true }),
    withdrawableUntil:
      isMine && isWithdrawable(line, reader.now)
        ? new Date(line.at.getTime() + WITHDRAW_MS).toISOString()
        : null,
  }
}

/** The files of a line that its reader may see, and a word about those that others may not. */
function filesOf({ files }: LineRecord, isMine: boolean, hidden: Reader['hidden']) {
  const held = files.filter((it) => hidden.has(String(it.fileId)))
  if (held.length === 0) return { files, note: '' }
  if (!isMine) {
    const shown = files.filter((it) => !held.includes(it))
    return { files: shown, note: '（有图片要等学校看过才能显示）' }
  }
  const words = held.map((it) => hidden.get(String(it.fileId))).find(Boolean)
  return { files, note: words ? `（图片没有发出：${words}）` : '（图片要等学校看过，对方才能看到）' }
}

const presentFile = (file: LineFile, linkTo: Reader['linkTo']): ThreadFile => ({
  id: String(file.fileId),
  kind: file.kind,
  name: file.name,
  bytes: file.bytes,
  link: linkTo(file),
})

/** Read by the other side: of what a family wrote by the post, of what the post wrote by any guardian. */
function isReadBy({ side, seq }: LineRecord, { deskRead, readBy }: ThreadRecord) {
  if (side === 'family') return (deskRead?.seq ?? 0) >= seq
  return side === 'post' && Object.values(readBy).some((it) => it.seq >= seq)
}

interface Around {
  lines: ReadonlyMap<string, LineRecord>
  keepers: ReadonlyMap<ThreadRecord, string>
  fields: Pick<FieldCrypto, 'open'>
}

function lastWords(thread: ThreadRecord, { lines, fields }: Omit<Around, 'keepers'>) {
  const line = lines.get(String(thread._id))
  if (!line) return { lastBy: '', preview: '' }
  const preview = line.withdrawnAt ? '收回了一条' : previewOf(textOf(line, fields), line.files)
  return { lastBy: line.by, preview }
}

export const presentMine = (thread: ThreadRecord, personId: string, around: Around): MyThreadLine => ({
  letterId: String(thread.letterId),
  letterTitle: thread.letterTitle,
  seenBy: thread.privateTo ? 'me' : 'family',
  keeper: around.keepers.get(thread) ?? '',
  state: thread.state,
  lastAt: thread.lastAt.toISOString(),
  ...lastWords(thread, around),
  isUnread: isUnreadBy(thread, personId),
})

export const presentDesk = (
  thread: ThreadRecord,
  personId: string,
  around: Omit<Around, 'keepers'> & { classes: ReadonlyMap<string, string>; overdueBefore: Date },
): DeskThreadLine => ({
  id: String(thread._id),
  letterId: String(thread.letterId),
  letterTitle: thread.letterTitle,
  childName: thread.childName,
  className: around.classes.get(String(thread.classId)) ?? '',
  post: thread.deskPost,
  state: thread.state,
  privateWith: privateWith(thread),
  isUrgent: thread.isUrgent,
  isFollowedByMe: String(thread.followedBy?.personId) === personId,
  isUnread: thread.familySeq > (thread.deskRead?.seq ?? 0),
  waitingSince: thread.waitingSince?.toISOString() ?? null,
  isOverdue: thread.waitingSince !== null && thread.waitingSince < around.overdueBefore,
  lastAt: thread.lastAt.toISOString(),
  ...lastWords(thread, around),
})

import { answerThread, listThreads, openMyThread, writeToMyThread } from '#contract/threads'
import { buildClass, newRequest, sendLetter, tick } from './letters.ts'
import { onThePhone } from './safety.ts'
import type { World } from './world.ts'

/** A letter of the school to a class, and a family and a 班主任 who are about to write to each other below it. */
export async function buildThread(world: World) {
  const built = await buildClass(world)
  const letter = await sendLetter(world, built.office, built.school, { audience: [built.klass] })
  await tick(world)
  for (const it of [built.mother, built.father, built.teacher]) await onThePhone(world, it)
  const her = await world.as(built.mother, 'guardian')
  const him = await world.as(built.father, 'guardian')
  const teacher = await world.as(built.teacher, 'staff')
  const at = { studentId: String(built.zhang._id), letterId: letter.id }
  const write = (text: string, call = her, fileIds: string[] = []) =>
    call(writeToMyThread, { ...at, requestId: newRequest(), text, fileIds })
  const open = (call = her) => call(openMyThread, at)
  const answer = async (text: string, call = teacher) => {
    const threadId = await threadIdFor(call)
    return call(answerThread, { threadId, requestId: newRequest(), text })
  }
  const inbox = async (call = teacher, box: 'waiting' | 'answered' | 'done' | 'urgent' = 'waiting') =>
    (await call(listThreads, { box })).threads
  const threadIdFor = async (call = teacher) => {
    for (const box of ['waiting', 'answered', 'done'] as const) {
      const [first] = await inbox(call, box)
      if (first) return first.id
    }
    throw new Error('Nothing has been written')
  }
  return { ...built, letter, her, him, call: teacher, at, write, open, answer, inbox, threadIdFor }
}

/** Sends the bytes of a picture or paper, as the phone does before the line that carries it. */
export async function sendFile(
  world: World,
  token: string,
  bytes: Buffer,
  {
    kind = 'image',
    requestId = newRequest(),
    name = '请假条.pdf',
  }: Partial<Record<'kind' | 'requestId' | 'name', string>> = {},
) {
  const query = new URLSearchParams({ requestId, kind, name })
  const answer = await fetch(`${world.origin()}/api/me/thread-files?${query.toString()}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
  })
  return { status: answer.status, json: (await answer.json()) as { id: string; error?: { message: string } } }
}

import { removeLetter, unqueueLetter } from '../../../contract'
import { call, Problem } from '../../../services/api'

const isSaid = (status: number) => (error: unknown) => {
  if (!(error instanceof Problem) || error.status !== status) throw error
  return null
}

/**
 * Takes back what still waits to go, without a trace. Asked again because the answer got lost, it is done already.
 * @throws Problem 409 when it has gone out.
 */
export async function takeBack(letterId: string) {
  await call(unqueueLetter, { letterId }).catch(isSaid(409)).catch(isSaid(404))
  try {
    await call(removeLetter, { letterId }).catch(isSaid(404))
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 409) throw error
    throw new Problem(409, '已经发出去了，可以在这一页撤回或更正')
  }
}

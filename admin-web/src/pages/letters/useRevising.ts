import { type Letter, listLetters, reviseLetter } from '#contract/letters'
import { useRouter } from 'vue-router'
import { useOrder } from '../../api/queries'

/** From the page of a letter to where it is written: its draft, or that of its next edition. */
export function useRevising(about: () => { letter: Letter; unitId: string }) {
  const router = useRouter()
  const revising = useOrder(reviseLetter, { refresh: [listLetters] })

  const edit = (letterId = about().letter.id) =>
    router.push({ name: 'letter-edit', params: { letterId }, query: { unitId: about().unitId } })
  async function revise() {
    const requestId = `revise-${crypto.getRandomValues(new Uint32Array(3)).join('-')}`
    const draft = await revising.give({ letterId: about().letter.id, requestId })
    if (draft) await edit(draft.id)
  }
  return { edit, revise }
}

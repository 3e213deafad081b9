import type { ShownField } from './form'

/** A page or component that draws questions, each under the id `ask-` and its code. */
type Within = Pick<WechatMiniprogram.Component.InstanceMethods<object>, 'createSelectorQuery'>

/** Whoever is brought to a question sees the end of the one before, and so that there is more above. */
const ABOVE = 80

/**
 * Brings the first question that is not answered as it should be into view. Its place is measured where it was drawn: by a selector, a page
 * scrolls to nothing that stands inside a component.
 */
export function goToFirstWrong(within: Within, fields: readonly ShownField[]) {
  const wrong = fields.find((it) => it.problem !== '')
  if (!wrong) return
  const query = within.createSelectorQuery()
  query.select(`#ask-${wrong.code}`).boundingClientRect()
  query.selectViewport().scrollOffset()
  query.exec(([box, view]: [{ top: number } | null, { scrollTop: number }]) => {
    if (box) void wx.pageScrollTo({ scrollTop: Math.max(0, view.scrollTop + box.top - ABOVE) })
  })
}

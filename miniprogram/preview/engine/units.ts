/**
 * 750rpx is the page's width. A page measures itself, not the window: `vh` in WeChat leaves out the bars, and a
 * landscape page is as wide as the phone is high.
 */
export const toContainerUnits = (value: string) =>
  value
    .replace(
      /(-?(?:\d+\.?\d*|\.\d+))rpx\b/g,
      (_, size: string) => `${Number((Number(size) / 7.5).toFixed(6))}cqw`,
    )
    .replace(/(\d)v([wh])\b/g, '$1cq$2')

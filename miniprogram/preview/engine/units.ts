/**
 * 750rpx is the phone's short side, also when a page lies on its side; `screen.ts` keeps `--rpx` at that. What a page
 * calls vw and vh is its own box: in WeChat the bars are not part of it.
 */
export const toContainerUnits = (value: string) =>
  value.replace(/(-?(?:\d+\.?\d*|\.\d+))rpx\b/g, 'calc($1 * var(--rpx))').replace(/(\d)v([wh])\b/g, '$1cq$2')

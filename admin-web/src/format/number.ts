/** 12,345; — where there is no number: not known, or too few people to show one. */
export function count(value: number | null | undefined): string {
  return value == null ? '—' : value.toLocaleString('zh-CN')
}

/** Share in whole percent. Never 100% while somebody is missing, never 0% when somebody is there. */
export function percent(part: number | null | undefined, whole: number | null | undefined): string {
  const share = shareOf(part, whole)
  if (share === null) return '—'
  const rounded = Math.round(share * 100)
  if (rounded === 100 && share < 1) return '99%'
  if (rounded === 0 && share > 0) return '1%'
  return `${rounded}%`
}

/** 0 to 1, or null where there is nobody to take a share of. */
export function shareOf(part: number | null | undefined, whole: number | null | undefined): number | null {
  if (part == null || !whole) return null
  return Math.min(1, Math.max(0, part / whole))
}

/** The sections of the navigation: from which order on, and how each is headed. */
const SECTIONS = [
  { from: 0, title: '' },
  { from: 10, title: '学生和家庭' },
  { from: 30, title: '家校沟通' },
  { from: 38, title: '家长学校' },
  { from: 60, title: '学校管理' },
] as const

/** The entries somebody has any use for, in their sections; a section without any is left out. */
export const sectionsOf = <T extends { order: number }>(entries: T[]) =>
  SECTIONS.map(({ from, title }, at) => ({
    title,
    entries: entries.filter(
      ({ order }) => order >= from && order < (SECTIONS[at + 1]?.from ?? Number.POSITIVE_INFINITY),
    ),
  })).filter((it) => it.entries.length > 0)

/** What stands on the wheels of a picker, and what the chosen lines mean. */
export interface Columns {
  lines: string[][]
  indexes: number[]
  value: (indexes: number[]) => unknown
  /** Some wheels depend on others: February has fewer days. */
  turned?: (indexes: number[]) => Pick<Columns, 'lines' | 'indexes'>
}

interface Bounds {
  value: string
  start: string
  end: string
}

export const listColumns = (lines: string[][], indexes: number[], value: Columns['value']): Columns => ({
  lines,
  indexes: lines.map((_, column) => indexes[column] ?? 0),
  value,
})

export function timeColumns({ value, start, end }: Bounds): Columns {
  const [first, last] = [start || '00:00', end || '23:59']
  const build = (hour: number, minute: number) => {
    const hours = numbers(part(first, 0), part(last, 0))
    const minutes = numbers(
      hour === part(first, 0) ? part(first, 1) : 0,
      hour === part(last, 0) ? part(last, 1) : 59,
    )
    return { hours, minutes, indexes: [nearest(hours, hour), nearest(minutes, minute)] }
  }
  const now = new Date()
  let state = build(value ? part(value, 0) : now.getHours(), value ? part(value, 1) : now.getMinutes())
  const lines = () => [state.hours, state.minutes].map((column) => column.map(two))
  const read = ([h = 0, m = 0]: number[]) => [state.hours[h] ?? 0, state.minutes[m] ?? 0] as const
  return {
    lines: lines(),
    indexes: state.indexes,
    value: (indexes) => read(indexes).map(two).join(':'),
    turned: (indexes) => {
      state = build(...read(indexes))
      return { lines: lines(), indexes: state.indexes }
    },
  }
}

export function dateColumns({ value, start, end, fields }: Bounds & { fields: string }): Columns {
  const depth = fields === 'year' ? 1 : fields === 'month' ? 2 : 3
  const [first, last] = [parts(start || '1900-01-01', 1), parts(end || '2100-12-31', 31)]
  const today = new Date()
  const build = (year: number, month: number, day: number) => {
    const years = numbers(first.year, last.year)
    const y = clamp(year, first.year, last.year)
    const months = numbers(y === first.year ? first.month : 1, y === last.year ? last.month : 12)
    const m = clamp(month, months[0] ?? 1, months.at(-1) ?? 12)
    const lastDay = new Date(y, m, 0).getDate()
    const isFirst = y === first.year && m === first.month
    const isLast = y === last.year && m === last.month
    const days = numbers(isFirst ? first.day : 1, isLast ? Math.min(last.day, lastDay) : lastDay)
    return {
      columns: [years, months, days],
      indexes: [nearest(years, y), nearest(months, m), nearest(days, day)],
    }
  }
  const chosen = value
    ? parts(value, 1)
    : { year: today.getFullYear(), month: today.getMonth() + 1, day: today.getDate() }
  let state = build(chosen.year, chosen.month, chosen.day)
  const units = ['年', '月', '日']
  const lines = () =>
    state.columns.slice(0, depth).map((column, at) => column.map((it) => `${it}${units[at]}`))
  const read = (indexes: number[]) =>
    state.columns.map((column, at) => column[indexes[at] ?? 0] ?? column[0] ?? 1)
  return {
    lines: lines(),
    indexes: state.indexes.slice(0, depth),
    value: (indexes) => read(indexes).slice(0, depth).map(two).join('-'),
    turned: (indexes) => {
      const [year = 0, month = 1, day = 1] = read(indexes)
      state = build(year, month, day)
      return { lines: lines(), indexes: state.indexes.slice(0, depth) }
    },
  }
}

const part = (time: string, at: number) => Number(time.split(':')[at] ?? 0)

function parts(date: string, lastDay: number) {
  const [year = 1900, month = lastDay > 1 ? 12 : 1, day = lastDay] = date.split('-').map(Number)
  return { year, month, day }
}

const numbers = (from: number, to: number) =>
  Array.from({ length: Math.max(1, to - from + 1) }, (_, at) => from + at)
const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))
const nearest = (column: number[], value: number) => clamp(value - (column[0] ?? 0), 0, column.length - 1)
const two = (value: number) => String(value).padStart(2, '0')

import type { UnitFigures } from '#contract/figures'
import { percent } from '../../format/number'
import { MEASURES, rateInWords } from './measures'

/** As many as can be told apart side by side; all of them stand in the table. */
export const MOST_COLUMNS = 12

/** The columns of the chart: three rates of each unit, none where there is nobody to count. */
export function comparison(units: UnitFigures[]) {
  const shown = units.slice(0, MOST_COLUMNS)
  const isRoomy = shown.length <= 4
  return {
    animationDuration: 300,
    legend: { data: MEASURES.map((it) => it.label) },
    grid: { top: 48, right: 8, bottom: 24, left: 44 },
    tooltip: {
      trigger: 'axis' as const,
      axisPointer: { type: 'shadow' as const },
      // Names come from people's spreadsheets: drawn as text, never as HTML.
      renderMode: 'richText' as const,
      formatter: (said: unknown) => describe(shown, said),
    },
    xAxis: {
      type: 'category' as const,
      data: shown.map((it) => it.name),
      axisLabel: { width: 96, overflow: 'truncate' as const, interval: 0, rotate: shown.length > 8 ? 30 : 0 },
    },
    yAxis: { type: 'value' as const, max: 100, interval: 25, axisLabel: { formatter: '{value}%' } },
    series: MEASURES.map(({ key, label }) => ({
      type: 'bar' as const,
      name: label,
      barGap: '15%',
      data: shown.map((it) => (it[key].of > 0 ? (100 * it[key].done) / it[key].of : null)),
      label: {
        show: isRoomy,
        position: 'top' as const,
        color: '#5f6b65',
        formatter: ({ dataIndex }: { dataIndex: number }) =>
          percent(shown[dataIndex]?.[key].done, shown[dataIndex]?.[key].of),
      },
    })),
  }
}

function describe(units: UnitFigures[], said: unknown): string {
  const [first] = said as { dataIndex: number }[]
  const unit = first && units[first.dataIndex]
  if (!unit) return ''
  return [unit.name, ...MEASURES.map((it) => rateInWords(it.label, unit[it.key]))].join('\n')
}

/** The chart for those who listen to the page. */
export const comparisonInWords = (units: UnitFigures[]) =>
  units
    .slice(0, MOST_COLUMNS)
    .map((unit) => `${unit.name}：${MEASURES.map((it) => rateInWords(it.label, unit[it.key])).join('，')}`)
    .join('；')

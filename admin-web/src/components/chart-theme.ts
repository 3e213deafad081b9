/** The tokens of styles/tokens.css once more: a canvas does not know CSS variables. */
const INK_FAINT = '#5f6b65'
const LINE = '#e4e8e2'
const FONT =
  "'PingFang SC', 'HarmonyOS Sans SC', 'Microsoft YaHei', 'Noto Sans SC', 'Noto Sans CJK SC', sans-serif"

const axis = {
  axisLine: { lineStyle: { color: LINE } },
  axisTick: { show: false },
  axisLabel: { color: INK_FAINT },
  splitLine: { lineStyle: { color: LINE } },
}

/** Told apart by lightness as well as by hue, so that a grey print and colour-blind eyes can read it. */
export const SERIES = ['#1f7a54', '#8cc3a6', '#8a5300', '#d9a441', '#4a6b8a']

export const chartTheme = {
  color: SERIES,
  textStyle: { fontFamily: FONT },
  categoryAxis: { ...axis, splitLine: { show: false } },
  valueAxis: { ...axis, axisLine: { show: false } },
  legend: { top: 0, left: 0, textStyle: { color: INK_FAINT }, itemWidth: 12, itemHeight: 12 },
  tooltip: { borderColor: LINE, textStyle: { color: '#1f2a24', fontSize: 13 } },
  bar: { barMaxWidth: 28, itemStyle: { borderRadius: [3, 3, 0, 0] } },
  line: { symbolSize: 6, lineStyle: { width: 2.5 } },
}

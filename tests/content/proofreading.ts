/** Words that do not belong before parents: shop talk, promises nobody can keep, and what makes a crisis sensational. */
const BANNED = [
  '用户',
  '点击这里',
  '绝对',
  '保证提分',
  '提分',
  '百分之百',
  '一定能考上',
  '问题孩子',
  '坏孩子',
  '差生',
  '自杀',
  '轻生',
  '跳楼',
  '割腕',
  '上吊',
  '服毒',
  '遗书',
  '惨剧',
  '悲剧',
  '专家指出',
  '研究表明',
  '数据显示',
]

const CHINESE = '\\p{Script=Han}'
const FAULTS: [string, RegExp][] = [
  ['半角标点', new RegExp(`${CHINESE}[,;:?!()]|[,;?!()]${CHINESE}|${CHINESE}\\.`, 'gu')],
  ['直引号', /["']/g],
  ['外文', /[A-Za-z]+/g],
  ['标点重复', /[，。；：？！]{2,}/g],
  ['汉字之间有空格', new RegExp(`${CHINESE} +${CHINESE}`, 'gu')],
  ['省略号应为六个点', /(?<!…)…(?!…)|\.{3}/g],
  ['链接', /https?:|www\.|\]\(/g],
  ['百分数要有出处', /\d+(\.\d+)?[%％]/g],
]

/** What an editor of the magazine would mark in a text; nothing is good. */
export function faultsOf(text: string): string[] {
  // Blanks and signatures are filled or laid out later: 学校 班主任 stand apart in a letter's last line.
  const prose = text.replaceAll(/\{\{.*?\}\}/g, '某').replaceAll(/^某( 某)+$/gm, '')
  const words = BANNED.filter((word) => prose.includes(word)).map((word) => `不用的词“${word}”`)
  const marks = FAULTS.flatMap(([name, pattern]) =>
    (prose.match(pattern) ?? []).map((found) => `${name}“${found}”`),
  )
  return [...words, ...marks, ...unpaired(prose)]
}

function unpaired(text: string): string[] {
  const pairs = ['“”', '《》', '（）', '〔〕']
  const count = (mark: string) => text.split(mark).length
  return pairs
    .filter(([open = '', close = '']) => count(open) !== count(close))
    .map((pair) => `标点不成对“${pair}”`)
}

/** Characters a reader reads: markdown marks and spaces do not count. */
export const lengthOf = (text: string): number => text.replaceAll(/[#*\-\s]|\{\{|\}\}/g, '').length

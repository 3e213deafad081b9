import { describe, expect, it } from 'vitest'
import { fit, type TemplateValue, typeOf, UnfitValue, type ValueType } from '../../server/infra/wechat/fit.ts'
import { complaintAbout } from '../../server/scripts/simulator/limits.ts'

const at = (text: string) => new Date(`${text}+08:00`)

it.each<[ValueType, TemplateValue, string]>([
  ['thing', '春游告知书', '春游告知书'],
  ['thing', '关于做好开学前家庭教育指导和作息调整工作的一封信', '关于做好开学前家庭教育指导和作息调整工…'],
  ['thing', '第一行\n第二行\t', '第一行 第二行'],
  ['thing', '   ', '无'],
  ['thing', at('2026-11-25T18:00'), '11月25日(周三) 18:00'],
  ['thing', `${'一'.repeat(18)}👨‍👩‍👧‍👦好`, `${'一'.repeat(18)}…`],
  ['phrase', '已通过！OK', '已通过'],
  ['phrase', '审核没有通过哦', '审核没有通'],
  ['phrase', 'OK', '见详情'],
  ['name', '张三妈妈', '张三妈妈'],
  ['name', '阿卜杜拉·买买提·艾合买提江', '阿卜杜拉·买买提·…'],
  ['name', 'Alexander Hamilton Smith', 'Alexander Hamilton…'],
  ['name', '李娜2', '李娜'],
  ['name', '123', '未填写'],
  ['character_string', '绿证 LZ-2026-000123', 'LZ-2026-000123'],
  ['character_string', '编号', '-'],
  ['number', 3, '3'],
  ['number', '12.50', '12.50'],
  ['phone_number', '电话 0579-82055405', '0579-82055405'],
  ['time', at('2019-10-01T15:01'), '2019年10月1日 15:01'],
  ['time', { from: at('2026-11-25T16:00'), to: at('2026-11-25T16:15') }, '2026年11月25日 16:00~16:15'],
  [
    'time',
    { from: at('2026-11-25T23:50'), to: at('2026-11-26T00:10') },
    '2026年11月25日 23:50~2026年11月26日 00:10',
  ],
  ['date', '2019-10-01', '2019年10月1日'],
  // 16:30 UTC is already the next day in Shanghai.
  ['date', new Date('2026-11-24T16:30:00Z'), '2026年11月25日'],
])('fits %s %o', (type, value, text) => {
  expect(fit(type, value)).toBe(text)
})

it.each<[ValueType, TemplateValue]>([
  ['time', '下周三'],
  ['date', '11月25日'],
  ['number', 'three'],
  ['number', '9'.repeat(33)],
  ['phone_number', '电话'],
  ['phone_number', '0'.repeat(18)],
])('says that %s cannot hold %o instead of inventing something', (type, value) => {
  expect(() => fit(type, value)).toThrow(UnfitValue)
})

describe('whatever is put in', () => {
  const odd = [
    '',
    ' ',
    '\n',
    '\u0000',
    '𠮷'.repeat(30),
    '👩‍🏫'.repeat(9),
    'a'.repeat(99),
    '我'.repeat(99),
    '1️⃣ 2',
    '…',
  ]

  it.each<ValueType>(['thing', 'phrase', 'name', 'character_string'])(
    'a %s passes WeChat’s limits',
    (type) => {
      expect(odd.map((value) => complaintAbout(`${type}1`, fit(type, value))).filter(Boolean)).toEqual([])
    },
  )
})

it('reads the type from a template key', () => {
  expect([typeOf('thing12'), typeOf('character_string3'), typeOf('amount1')]).toEqual([
    'thing',
    'character_string',
    null,
  ])
})

import { expect, it } from 'vitest'
import { cuesIn } from '../../server/infra/video/captions.ts'
import { captionsOf } from '../../server/modules/courses/programmes/rules.ts'
import { captionsIn } from '../../server/modules/files/rules.ts'

const VTT = `\uFEFFWEBVTT

NOTE 校对过

00:05.500 --> 00:08.000 line:80%
<v 李老师>先接住他，
再问事。

1:00:00.5 --> 01:00:01.250
{\\an8}<i>好</i>

00:09.000 --> 00:09.000
一闪而过

00:10.000 --> 00:12.000
`
const SRT =
  '2\r\n00:00:07,000 --> 00:00:09,000\r\n第二句\r\n\r\n1\r\n00:00:01,5 --> 00:00:03,000\r\n第一句\r\n'

it('reads WebVTT and SRT alike, without marks, notes, and what stands no time', () => {
  expect(cuesIn(VTT)).toEqual([
    { from: 5.5, to: 8, lines: ['先接住他，', '再问事。'] },
    { from: 3600.5, to: 3601.25, lines: ['好'] },
    { from: 10, to: 12, lines: [] },
  ])
  expect(cuesIn(SRT).map((it) => it.from)).toEqual([7, 1.5])
  expect(cuesIn('没有时间的文字 --> 也没有\n话')).toEqual([])
})

it('puts what was pasted in order, and leaves the films of the content as they were published', () => {
  expect(captionsIn(SRT)).toEqual([
    { from: 1.5, to: 3, text: '第一句' },
    { from: 7, to: 9, text: '第二句' },
  ])
  expect(captionsIn(VTT)?.map((it) => it.text)).toEqual(['先接住他， 再问事。', '好'])
  expect(captionsIn('不是字幕')).toBeNull()
  expect(captionsOf(VTT).map((it) => it.text)).toEqual(['先接住他，再问事。', '好', ''])
})

import { expect, it } from 'vitest'
import { readHotlines } from '../../content/schema.ts'
import { faultsOf } from './proofreading.ts'

const hotlines = readHotlines()
const YEAR_MS = 366 * 86_400_000

/** What a city shows: its own lines and those of the sets it includes. */
const shownIn = (code: string) => {
  const includes = hotlines.find((it) => it.code === code)?.includes ?? []
  return hotlines.filter((it) => [code, ...includes].includes(it.code)).flatMap(({ lines }) => lines)
}
const CITIES = hotlines.map(({ code }) => code)

it('hold the numbers of the programmes', () => {
  const named: Record<string, string[]> = {
    national: ['12355'],
    changchun: ['995'],
    zhejiang: ['96525'],
    jinhua: ['0579-82055405', '96525'],
    yichun: ['966525', '400-915-1095'],
  }
  for (const [code, numbers] of Object.entries(named)) {
    expect(shownIn(code).map(({ number }) => number)).toEqual(expect.arrayContaining(numbers))
  }
})

it.each(CITIES)('give %s the national lines and no number twice', (code) => {
  const numbers = shownIn(code).map(({ number }) => number)
  expect(numbers).toEqual(expect.arrayContaining(['12355', '12356', '110', '120']))
  expect(new Set(numbers).size).toBe(numbers.length)
})

it.each(CITIES)('cover the nights of %s: somebody to talk to and somebody who comes', (code) => {
  const atNight = shownIn(code).filter(({ allDay }) => allDay)
  expect(atNight.filter(({ urgent }) => urgent).map(({ number }) => number)).toEqual(
    expect.arrayContaining(['110', '120']),
  )
  expect(atNight.filter(({ urgent }) => !urgent).map(({ number }) => number)).toContain('12355')
})

it.each(hotlines)('of $city say when they answer, and claim the night only if they do', ({ lines }) => {
  for (const { hours, allDay } of lines) expect(allDay).toBe(hours.startsWith('24小时'))
})

it.each(hotlines)('of $city were compared with what is published within a year', ({ city, checkedOn }) => {
  const since = Date.now() - Date.parse(checkedOn)
  expect(since, `${city}的求助热线请今年再核对一遍：逐个拨通，改好时间，再改 checkedOn`).toBeLessThan(YEAR_MS)
  expect(since, 'checkedOn 写的是将来的日子').toBeGreaterThan(-86_400_000)
})

it.each(hotlines)('of $city read as a native editor would let them pass', ({ lines, checkedAgainst }) => {
  const texts = lines.flatMap(({ name, hours, about }) => [name, hours, about])
  expect([checkedAgainst, ...texts].flatMap(faultsOf)).toEqual([])
})

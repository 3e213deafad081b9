import { expect, it } from 'vitest'
import { presence } from '../../miniprogram/packages/school/room/presence.ts'

it('counts what the player really played, in whole seconds', () => {
  const record = presence()
  for (let at = 0; at <= 15.6; at += 0.25) record.tick(at)
  expect(record.due()).toBe(15)
})

it('does not count a jump, nor the time the player stood', () => {
  const record = presence()
  record.tick(0)
  record.tick(1)
  record.tick(60)
  record.rest()
  record.tick(90)
  record.tick(91)
  expect(record.due()).toBe(2)
})

it('keeps what did not arrive for the next beat, and never claims more than ten minutes', () => {
  const record = presence()
  for (let at = 0; at <= 40; at++) record.tick(at)
  expect(record.due()).toBe(40)
  record.settle(15)
  expect(record.due()).toBe(25)
  for (let at = 41; at <= 900; at++) record.tick(at)
  expect(record.due()).toBe(600)
})

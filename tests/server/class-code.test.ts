import jsqr from 'jsqr'
import { PNG } from 'pngjs'
import { expect, it } from 'vitest'
import { readClassCode } from '#contract/org'
import { buildBranch, buildStaff } from '../support/build.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

it("gives the class teacher a picture that opens the join page with the class's code", async () => {
  const { klass } = await buildBranch()
  const teacher = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')

  const { code, qrCode } = await teacher(readClassCode, { classId: String(klass._id) })

  const { data, width, height } = PNG.sync.read(Buffer.from(qrCode?.split(',')[1] ?? '', 'base64'))
  expect(jsqr.default(new Uint8ClampedArray(data), width, height)?.data).toBe(
    `packages/account/join/join?scene=${code}`,
  )
})

it('gives the code without a picture while WeChat does not answer', async () => {
  const { klass } = await buildBranch()
  const teacher = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')
  world.simulator().control.breakNext({ path: '/wxa/getwxacodeunlimit', errcode: 40001, times: 9 })

  const { code, qrCode } = await teacher(readClassCode, { classId: String(klass._id) })

  expect(code).toMatch(/^[A-HJ-NP-Z2-9]{6,8}$/)
  expect(qrCode).toBeUndefined()
})

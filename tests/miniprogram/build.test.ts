import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildMiniprogram } from '../../miniprogram/tools/build.ts'
import { checkMiniprogram } from '../../miniprogram/tools/check.ts'
import { hasOfficialCompilers } from '../../miniprogram/tools/checks/official.ts'
import { inWords } from '../../miniprogram/tools/checks/problem.ts'
import { filesIn } from '../../miniprogram/tools/files.ts'
import { checkSizes, packageSizes } from '../../miniprogram/tools/sizes.ts'

const sample = 'tests/miniprogram/fixtures/app'
const origin = 'https://school.example'
// Inside the project, so that the packages are found.
const work = `.data/build-test-${process.pid}`
const read = (...parts: string[]) => readFileSync(path.join(work, ...parts), 'utf8')

afterAll(() => rmSync(work, { recursive: true, force: true }))

describe('the built sample', () => {
  beforeAll(() => buildMiniprogram({ from: sample, to: path.join(work, 'sample'), origin }))

  it('compiles each script by itself, with relative requires and the origin inside', () => {
    expect(read('sample', 'pages/home/home.js')).toMatch(/require\("\.\.\/\.\.\/contract"\)/)
    expect(read('sample', 'config.js')).toContain(origin)
    expect(filesIn(path.join(work, 'sample')).filter((name) => name.endsWith('.ts'))).toEqual([])
  })

  it('bundles the contract with zod/mini once, without the code generation that a phone forbids', () => {
    const contract = read('sample', 'contract.js')
    expect(contract.length).toBeLessThan(60_000)
    expect(contract).not.toMatch(/require\(/)
  })

  it('takes a default import as WeChat does, not as Node does', () => {
    expect(read('sample', 'pages/detail/detail.js')).not.toMatch(
      /require\("tdesign-miniprogram\/toast\/index"\),1\)/,
    )
  })

  it('ships only the components that the pages reach', () => {
    const shipped = filesIn(path.join(work, 'sample/miniprogram_npm/tdesign-miniprogram'))
    expect(shipped).toContain('picker/picker.js')
    expect(shipped).toContain('popup/popup.wxml')
    expect(shipped.filter((name) => name.startsWith('calendar/'))).toEqual([])
  })

  it('bundles an ordinary package into one file', () => {
    expect(read('sample', 'miniprogram_npm/dayjs/index.js')).toContain('YYYY')
  })

  it('draws the icons that it names by itself, without the font of a CDN', () => {
    const style = read('sample', 'miniprogram_npm/tdesign-miniprogram/icon/icon.wxss')
    expect(style).toContain('.t-icon-user:before')
    expect(style).not.toContain('.t-icon-rocket:before')
    expect(style).not.toMatch(/@font-face|https?:\/\//)
  })

  it('has nothing for the check to say', () => {
    expect(checkMiniprogram(sample, path.join(work, 'sample'), origin).map(inWords)).toEqual([])
  })
})

/** Builds the sample with one thing planted in it and returns what the check says. */
async function checkWith(name: string, plant: (folder: string) => void) {
  const from = path.join(work, name)
  const to = path.join(work, `${name}-built`)
  cpSync(sample, from, { recursive: true })
  plant(from)
  await buildMiniprogram({ from, to, origin })
  return checkMiniprogram(from, to, origin).map(inWords)
}

const rewrite = (file: string, from: string | RegExp, to: string) => (folder: string) => {
  const whole = path.join(folder, file)
  writeFileSync(whole, readFileSync(whole, 'utf8').replace(from, to))
}

describe('the check', () => {
  it.runIf(hasOfficialCompilers).each([
    [
      'a tag that is closed by another',
      rewrite('pages/mine/mine.wxml', '<view class="tall">', '<view class="tall"><text>'),
      /^pages\/mine\/mine\.wxml:\d+:\d+ expect end-tag `text`/,
    ],
    [
      'a style block that never ends',
      rewrite('pages/mine/mine.wxss', '.tall {', '.tall { .x {'),
      /^\.?\/?pages\/mine\/mine\.wxss:\d+:\d+ unexpected/,
    ],
  ])("finds %s with WeChat's own compiler", async (name, plant, said) => {
    expect(await checkWith(name, plant)).toContainEqual(expect.stringMatching(said))
  })

  it.each([
    [
      'a page that is not there',
      rewrite('app.json', '"pages/mine/mine",', '"pages/mine/mine", "pages/gone/gone",'),
      /app\.json:1:1 page pages\/gone\/gone has no \.wxml/,
    ],
    [
      'a handler that nobody wrote',
      rewrite('pages/mine/mine.wxml', '"onKeep"', '"onKept"'),
      /pages\/mine\/mine\.wxml:\d+:\d+ bind:tap names "onKept", which mine\.ts does not have/,
    ],
    [
      'a tag that nobody declared',
      rewrite('pages/mine/mine.wxml', '<view class="tall">', '<x-tall/><view class="tall">'),
      /<x-tall> is neither/,
    ],
    [
      'a tab in a sub-package',
      rewrite('app.json', '"pagePath": "pages/mine/mine"', '"pagePath": "packages/tools/pages/sign/sign"'),
      /tab packages\/tools\/pages\/sign\/sign must be a page of the main package/,
    ],
    [
      'a picture from elsewhere',
      rewrite('pages/mine/mine.wxml', '/images/tab-on.png', 'https://cdn.example/a.png'),
      /https:\/\/cdn\.example\/a\.png is fetched from elsewhere/,
    ],
    [
      'a selector by id',
      rewrite('pages/mine/mine.wxss', '.tall {', '#tall {'),
      /mine\.wxss:\d+:1 select by class/,
    ],
    [
      'the style that breaks TDesign',
      rewrite('app.json', '"lazyCodeLoading"', '"style": "v2", "lazyCodeLoading"'),
      /"style": "v2" must go/,
    ],
  ])('finds %s', async (name, plant, said) => {
    expect(await checkWith(name, plant)).toContainEqual(expect.stringMatching(said))
  })

  it('finds a component that leads nowhere', async () => {
    const plant = rewrite(
      'pages/mine/mine.json',
      'Components": {',
      'Components": { "x-gone": "../gone/gone",',
    )
    expect(await checkWith('nowhere', plant)).toContainEqual(expect.stringContaining('<x-gone> leads to'))
  })

  it('stops the build at a package that is not installed', async () => {
    const plant = rewrite('pages/mine/mine.ts', "'dayjs'", "'days-of-yore'")
    await expect(checkWith('uninstalled', plant)).rejects.toThrow(
      'pages/mine/mine.js: "days-of-yore" is neither a file of the app nor an installed package',
    )
  })
})

describe('sizes', () => {
  it('counts each sub-package for itself', async () => {
    const to = path.join(work, 'sizes')
    const sizes = await buildMiniprogram({ from: sample, to, origin })
    expect(sizes.map(({ name }) => name)).toEqual(['main', 'packages/tools'])
    expect(packageSizes(to)).toEqual(sizes)
  })

  it('refuses a package of 2 MB and says which and how big', () => {
    const big = { name: 'packages/tools', bytes: 3 * 1024 * 1024 }
    expect(() => checkSizes([{ name: 'main', bytes: 1000 }, big])).toThrow(
      'WeChat takes packages below 2048 KiB: packages/tools is 3072 KiB',
    )
  })
})

it('builds our own mini-program, and the check has nothing to say', async () => {
  const to = path.join(work, 'ours')
  const sizes = await buildMiniprogram({ from: 'miniprogram', to, origin })
  expect(checkMiniprogram('miniprogram', to, origin).map(inWords)).toEqual([])
  expect(sizes[0]?.name).toBe('main')
})

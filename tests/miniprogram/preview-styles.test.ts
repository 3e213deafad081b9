import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { compileStyle, type StyleScope } from '../../miniprogram/preview/compile/styles.ts'
import { tagsOf } from '../../miniprogram/tools/checks/wxml.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'styles-'))
afterAll(() => rmSync(folder, { recursive: true }))

function compiled(style: string, scope?: StyleScope) {
  writeFileSync(path.join(folder, 'a.wxss'), style)
  return compileStyle(folder, 'a.wxss', scope).replace(/\s+/g, ' ').trim()
}

describe("a component's style", () => {
  const scope = { prefix: 'c7' }

  it('gives its classes a prefix and leaves numbers, attributes and pseudo-classes alone', () => {
    expect(compiled('.a.b:not(.c)::after { opacity: .5 }', scope)).toBe(
      '.c7--a.c7--b:not(.c7--c)::after { opacity: .5 }',
    )
    expect(compiled('.a[data-x="y.z"] {}', scope)).toBe('.c7--a[data-x="y.z"] {}')
  })

  it('knows its host, also with a class', () => {
    expect(compiled(':host {} :host(.on) .a {}', scope)).toBe(
      '[wx-host="c7"] {} [wx-host="c7"].c7--on .c7--a {}',
    )
  })

  it('keeps the names of keyframes', () => {
    expect(compiled('@keyframes spin { from { top: 0 } to { top: 10rpx } }', scope)).toBe(
      '@keyframes spin { from { top: 0 } to { top: calc(10 * var(--rpx)) } }',
    )
  })
})

describe("a page's style", () => {
  const scope = { page: 'pages/a/a' }

  it('holds on that page only, at no cost in weight', () => {
    expect(compiled('.a, view > text {}', scope)).toBe(
      ':where([data-page="pages/a/a"]) .a, :where([data-page="pages/a/a"]) wx-view > wx-text {}',
    )
  })

  it('means the page itself by page', () => {
    expect(compiled('page .a {}', scope)).toBe('wx-page:where([data-page="pages/a/a"]) .a {}')
  })
})

it('measures by the page: rpx by the short side, vh without the bars', () => {
  expect(compiled('.a { margin: -7.5rpx 10px; height: calc(100vh - 20rpx) }')).toBe(
    '.a { margin: calc(-7.5 * var(--rpx)) 10px; height: calc(100cqh - calc(20 * var(--rpx))) }',
  )
})

it('draws imports in, once each', () => {
  writeFileSync(path.join(folder, 'base.wxss'), '.base {}')
  expect(compiled("@import './base.wxss';\n@import '/base.wxss';\n.a {}")).toBe('.base {} .a {}')
})

describe('tags of a template', () => {
  it('come with the place of each attribute', () => {
    const [, button] = tagsOf('<view>\n  <button class="a > b" bind:tap="onTap" disabled />\n</view>')
    expect(button).toMatchObject({ name: 'button', line: 2, column: 3 })
    expect(button?.attributes).toEqual([
      { name: 'class', value: 'a > b', line: 2, column: 11 },
      { name: 'bind:tap', value: 'onTap', line: 2, column: 25 },
      { name: 'disabled', value: '', line: 2, column: 42 },
    ])
  })

  it('leave out comments and scripts', () => {
    expect(tagsOf('<!-- <a/> --><wxs module="m">if (a <b) {}</wxs><text/>').map(({ name }) => name)).toEqual([
      'text',
    ])
  })
})

import path from 'node:path'
import { filesIn, isFile, readText, writeText } from './files.ts'

const STYLE = 'miniprogram_npm/tdesign-miniprogram/icon/icon.wxss'

/**
 * TDesign draws its icons with a font from a CDN that a school network may block and a mini-program must declare.
 * This puts the drawings themselves, as masks that take the text's colour, into the style: only those that are named.
 */
export function inlineIcons(to: string, drawings = 'node_modules/tdesign-icons-svg/src') {
  const style = path.join(to, STYLE)
  if (!isFile(style)) return []
  const named = namesIn(to)
  const drawn: string[] = []
  const withoutFont = readText(style).replace(/@font-face\s*\{[^}]*\}/g, '')
  const css = withoutFont.replace(
    /\.t-icon-([a-z0-9-]+):before\s*\{\s*content:[^}]*\}\s*/g,
    (_, name: string) => {
      const file = path.join(drawings, `${name}.svg`)
      if (!named.has(name) || !isFile(file)) return ''
      drawn.push(name)
      return rule(name, readText(file))
    },
  )
  writeText(style, css)
  return drawn
}

/** Every quoted word of the app; an icon's name may stand in a template, in code, or in a list of menu entries. */
function namesIn(to: string) {
  const names = new Set<string>()
  for (const file of filesIn(to).filter((it) => /\.(wxml|wxs|js)$/.test(it) && !it.endsWith('contract.js'))) {
    for (const [, name = ''] of readText(path.join(to, file)).matchAll(/["'`]([a-z][a-z0-9-]+)["'`]/g))
      names.add(name)
  }
  return names
}

function rule(name: string, drawing: string) {
  // The package spells the attribute `view-box`, which no renderer knows.
  const svg = drawing
    .replace('view-box', 'viewBox')
    .replace(/ (id|class)="[^"]*"/g, '')
    .replaceAll('currentColor', '#000')
  const url = `url("data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}")`
  const mask = `${url} center/100% 100% no-repeat`
  return `.t-icon-${name}:before{content:'';display:block;width:1em;height:1em;background:currentColor;-webkit-mask:${mask}}\n`
}

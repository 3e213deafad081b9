import { linksIn } from './letter-text.ts'

/** Where the words of a letter may lead. A link elsewhere keeps a letter from being saved; it is never dropped in silence. */

/** Sites every city may lead to: public bodies, schools, articles of official accounts. A city adds its own. */
export const USUAL_SITES = ['gov.cn', 'edu.cn', 'mp.weixin.qq.com'] as const

/** A name of a site, without what stands before or after it: `zhxy.example.cn`. */
export const SITE = /^(?=.{4,100}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$/

/** The site a link leads to; null where it is no https link with a plain name: no port, nobody's name, no number. */
export function siteOf(link: string): string | null {
  const [, host = ''] = /^https:\/\/([a-z0-9.-]+)(?:[/?#][^\s"'<>\\]*)?$/i.exec(link) ?? []
  const site = host.toLowerCase()
  return SITE.test(site) ? site : null
}

export function mayLead(link: string, sites: readonly string[]): boolean {
  const site = siteOf(link)
  return site !== null && sites.some((it) => site === it || site.endsWith(`.${it}`))
}

/** Links in markup, and addresses somebody typed as they are: a parent copies those as well. */
function leadsOf(text: string): string[] {
  const marked = linksIn(text).flatMap((it) => (it.link === undefined ? [] : [it.link]))
  const plain = linksIn(text).flatMap((it) =>
    it.link === undefined
      ? [...it.text.matchAll(/[a-z][a-z0-9+.-]*:\/\/[^\s，。；、！？）)】」”'"<>]+/gi)]
      : [],
  )
  const odd = [...text.matchAll(/\]\(\s*([a-z][a-z0-9+.-]*:[^)\s]*)/gi)].map(([, it = '']) => it)
  return [...marked, ...plain.map(([it]) => it), ...odd]
}

/** Why a text may not lead where it leads, in a sentence; null when it may. */
export function linkProblem(text: string, sites: readonly string[]): string | null {
  const wrong = text
    .split(/[\r\n]+/)
    .flatMap(leadsOf)
    .find((it) => !mayLead(it, sites))
  if (wrong === undefined) return null
  const site = siteOf(wrong)
  return site
    ? `信里的网址 ${site} 不在可用的名单里，请去掉，或者请市管理员把它加进名单`
    : `信里的网址“${wrong.slice(0, 40)}”不能用，请换成 https:// 开头的完整网址`
}

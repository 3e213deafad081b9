import { type Env, readEnv } from '../../env.ts'
import type { Check, Installation } from './check.ts'

type Given = Pick<Installation, 'source'>

/** What is wrong with the environment, or the environment. The demo door is a question of its own. */
export function tryEnv(source: Installation['source']): { env: Env | null; problem: string | null } {
  try {
    return { env: readEnv({ ...source, DEMO: '0' }), problem: null }
  } catch (error) {
    const [, ...wrong] = (error as Error).message.split('\n').map((it) => it.trim())
    return { env: null, problem: wrong.join('；') }
  }
}

/** The secrets of an environment by name, each key of a list for itself. */
function secretsOf(source: Installation['source']): [string, string][] {
  const lists = ['FIELD_KEYS', 'AUDIT_KEYS', 'BADGE_KEYS'].flatMap((name) =>
    (source[name] ?? '').split(',').map((it): [string, string] => [name, it.trim().replace(/^\w+:/, '')]),
  )
  const single = ['INDEX_KEY', 'WX_APP_SECRET', 'WX_PUSH_TOKEN', 'WX_PUSH_AES_KEY'].map(
    (name): [string, string] => [name, source[name] ?? ''],
  )
  return [...lists, ...single].filter(([, value]) => value !== '')
}

/** 32 equal bytes, or a text of one letter: typed in to get it running, and left there. */
const isFilledIn = (value: string) => new Set(Buffer.from(value, 'base64')).size <= 2

export const ENVIRONMENT: readonly Check[] = [
  {
    name: 'environment',
    title: '环境变量齐全，密钥长度合适',
    remedy: '请对照 docs/running.md 的变量表补齐后重启',
    look: ({ source }: Given) => tryEnv(source).problem,
  },
  {
    name: 'distinctSecrets',
    title: '每个密钥各用各的',
    remedy: '请各生成一个新的密钥；加密字段的旧密钥留在 FIELD_KEYS 后面',
    look({ source }: Given) {
      const secrets = secretsOf(source)
      const twice = secrets.find(([, value], at) => secrets.slice(0, at).some(([, it]) => it === value))
      return twice ? `${twice[0]} 和另一个密钥一样` : null
    },
  },
  {
    name: 'realKeys',
    title: '密钥是随机生成的',
    remedy: '请用 openssl rand -base64 32 生成',
    look({ source }: Given) {
      const keys = secretsOf(source).filter(([name]) => !name.startsWith('WX_'))
      const typed = keys.find(([, value]) => isFilledIn(value))
      return typed ? `${typed[0]} 不像随机生成的` : null
    },
  },
  {
    name: 'demoDoor',
    title: '正式环境关着演示入口',
    remedy: '请去掉环境变量 DEMO',
    look: ({ source }: Given) =>
      source.DEMO === '1' && (source.NODE_ENV ?? 'production') === 'production' ? '谁都能不用密码登录' : null,
  },
]

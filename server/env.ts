import * as z from 'zod'

const base64Key = z
  .string()
  .transform((text) => Buffer.from(text, 'base64'))
  .refine((key) => key.length === 32, 'must be 32 bytes in base64')

/** `k2:<base64>,k1:<base64>`: the first seals, all of them open. */
const fieldKeys = z.string().transform((text, ctx) => {
  const keys = text.split(',').map((part) => {
    const [id = '', key = ''] = part.trim().split(/:(.*)/s)
    return { id, key: Buffer.from(key, 'base64') }
  })
  if (keys.some(({ id, key }) => !/^\w{1,8}$/.test(id) || key.length !== 32)) {
    ctx.addIssue({ code: 'custom', message: 'must be id:base64 of 32 bytes, comma separated' })
    return z.NEVER
  }
  return keys
})

/** A template of WeChat's: its id, and what is special about it. */
const template = z.union([
  z.string().transform((id) => ({ id })),
  z.object({
    id: z.string(),
    /** Our field → key in the template, where it is not the usual one. */
    keys: z.record(z.string(), z.string()).optional(),
    isLongTerm: z.boolean().optional(),
  }),
])

function fromJson(text: string, ctx: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text)
  } catch {
    ctx.addIssue({ code: 'custom', message: 'must be JSON' })
    return z.NEVER
  }
}

const schema = z
  .object({
    NODE_ENV: z.enum(['development', 'test', 'production']).default('production'),
    HOST: z.string().default('127.0.0.1'),
    PORT: z.coerce.number().int().min(0).default(3000),
    /** Where people reach us: certificates carry it in their QR. */
    ORIGIN: z.url(),
    MONGO_URL: z.url(),
    REDIS_URL: z.url(),
    /** Files (frozen PDFs, exports, uploads). */
    DATA_DIR: z.string().min(1),
    /** What the files of one unit may take together. */
    FILES_QUOTA_GB: z.coerce.number().positive().default(50),
    /** A ClamAV daemon that looks at what is uploaded: `tcp://127.0.0.1:3310`. */
    CLAMD_URL: z.url().optional(),
    FIELD_KEYS: fieldKeys,
    /** Key of the blind index; changing it means indexing again. */
    INDEX_KEY: base64Key,
    /** Keys of the audit log's seals, written like FIELD_KEYS; the old ones stay, or what they sealed cannot be checked. */
    AUDIT_KEYS: fieldKeys,
    /** Ed25519 seeds that sign the credentials of certificates, written like FIELD_KEYS; the old ones stay, or what they signed cannot be checked. */
    BADGE_KEYS: fieldKeys,
    /** AppID and secret of the mini-program; without them nobody can log in, so there is no default. */
    WX_APP_ID: z.string().min(1),
    WX_APP_SECRET: z.string().length(32),
    WX_BASE_URL: z.url().default('https://api.weixin.qq.com'),
    WX_PUSH_TOKEN: z.string().min(1),
    WX_PUSH_AES_KEY: z.string().length(43),
    /** Template ids by message kind, as JSON; `{"id", "keys", "isLongTerm"}` where its fields are named otherwise. */
    WX_TEMPLATES: z.string().default('{}').transform(fromJson).pipe(z.record(z.string(), template)),
    /** Who carries text messages, where the city pays for them, and its key. */
    SMS_PROVIDER: z.enum(['aliyun', 'tencent']).optional(),
    SMS_KEY_ID: z.string().min(1).optional(),
    SMS_KEY_SECRET: z.string().min(1).optional(),
    /** SmsSdkAppId of Tencent Cloud. */
    SMS_APP_ID: z.string().min(1).optional(),
    SMS_REGION: z.string().default('ap-guangzhou'),
    SMS_BASE_URL: z.url().optional(),
    /** Part of the address to which the provider reports; providers do not sign their reports. */
    SMS_CALLBACK_KEY: z.string().min(24).optional(),
    /** Which file of content/hotlines/ this installation shows: `jinhua`. */
    HOTLINES: z.string().default('national'),
    /** A live service and its key (docs/decisions/0016-live-class.md); without them no live class can begin. */
    LIVE_URL: z.url().optional(),
    LIVE_KEY: z.string().min(16).optional(),
    /** Opens the demo doors; refused in production. */
    DEMO: z
      .enum(['0', '1'])
      .default('0')
      .transform((it) => it === '1'),
  })
  .refine((env) => !(env.DEMO && env.NODE_ENV === 'production'), {
    path: ['DEMO'],
    message: 'demo sign-in must never run in production',
  })

export type Env = z.infer<typeof schema>

/** Reads the environment once, at boot. Everything else receives an `Env`; nobody reads `process.env`. */
export function readEnv(source: Record<string, string | undefined>): Env {
  const result = schema.safeParse(source)
  if (result.success) return result.data
  const wrong = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`The environment is not usable:\n${wrong.join('\n')}`)
}

import type { Context } from 'koa'
import { Refusal } from './errors.ts'

/** The body of a request as it came, up to so many bytes; more is refused while it is still on its way. */
export async function readBytes(ctx: Context, most: number, tooLarge: string): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  if (Number(ctx.get('content-length')) > most) throw new Refusal('too_large', tooLarge)
  for await (const part of ctx.req as AsyncIterable<Buffer>) {
    size += part.length
    if (size > most) throw new Refusal('too_large', tooLarge)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** The fields of a page's form. */
export async function readForm(ctx: Context): Promise<URLSearchParams> {
  const bytes = await readBytes(ctx, 4_096, '填写的内容太长了')
  return new URLSearchParams(bytes.toString('utf8'))
}

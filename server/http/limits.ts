import type { Middleware } from 'koa'
import bodyParser from '@koa/bodyparser'
import { Refusal } from './errors.ts'

/** JSON bodies up to 256 kB; a handwritten signature is the largest thing that is said in JSON. */
export const jsonBodies = (): Middleware =>
  bodyParser({
    enableTypes: ['json'],
    // What is said with a DELETE is held to the contract as well.
    parsedMethods: ['POST', 'PUT', 'DELETE'],
    jsonLimit: '256kb',
    jsonStrict: true,
    onError: (error: Error & { status?: number }) => {
      if (error.status === 413) throw new Refusal('too_large', '内容太长了，请精简后再试')
      throw new Refusal('invalid', '内容的格式不对')
    },
  })

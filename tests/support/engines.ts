import { withDatabase } from '../../server/infra/engines/mongo.ts'

/**
 * What one test worker may use of the engines that `engines-setup.ts` started. Each run and each worker has its own
 * database, so two runs on the same engines (`npm run engines`) do not see each other.
 */
const worker = Number(process.env.VITEST_POOL_ID ?? 1)

function given(name: string) {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is missing: run tests with --config tests/vitest.config.ts`)
  return value
}

/** This worker's MongoDB database. Whoever uses it empties it first: files share it one after the other. */
export const testDatabase = () => `test_${given('TEST_RUN')}_${worker}`

/** MongoDB with this worker's database in the path. */
export const testMongoUrl = () => withDatabase(given('TEST_MONGO_URL'), testDatabase())

/** Redis with this worker's database number in the path; flush it with FLUSHDB, never FLUSHALL. */
export function testRedisUrl() {
  return `${given('TEST_REDIS_URL')}/${Number(given('TEST_RUN')) * 16 + worker}`
}

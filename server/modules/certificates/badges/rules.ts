import { createHash } from 'node:crypto'
import { shanghaiInstant } from '../../../infra/clock.ts'

/** Credentials in one status list: the size the standard asks for at least, so that a look-up tells nothing of who is asked about. */
export const LIST_SIZE = 131_072

const CONTEXT = [
  'https://www.w3.org/ns/credentials/v2',
  'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json',
]

/** What a credential is made of. */
export interface Earned {
  number: string
  year: number
  serial: number
  holder: string
  schoolId: string
  schoolName: string
  programmeCode: string
  programmeTitle: string
  programmeVersion: number
  hours: number
  issuedAt: Date
  validUntil: string
}

export const issuerAddress = (origin: string, schoolId: string) => `${origin}/ob/issuers/${schoolId}`
export const keyAddress = (origin: string, keyId: string) => `${origin}/ob/keys/${keyId}`
export const listAddress = (origin: string, year: number, list: number) =>
  `${origin}/ob/status/${year}/${list}`

/** Where a certificate stands in the status lists of its year. */
export const placeInLists = (serial: number) => ({
  list: Math.floor((serial - 1) / LIST_SIZE),
  index: (serial - 1) % LIST_SIZE,
})

/** The holder's name, hashed: who has the file and hears the name can compare; who has only the file learns no name. */
export const identityHash = (holder: string, salt: string) =>
  `sha256$${createHash('sha256')
    .update(holder + salt)
    .digest('hex')}`

export const profileOf = (origin: string, schoolId: string, name: string) => ({
  id: issuerAddress(origin, schoolId),
  type: ['Profile'],
  name,
  url: origin,
})

const seconds = (at: Date) => Math.floor(at.getTime() / 1000)
const wholeSecond = (at: Date) => at.toISOString().replace(/\.\d+Z$/, 'Z')

/**
 * An Open Badges 3.0 achievement credential as the claims of a JWT: the credential itself with the registered claims beside it. No
 * child, no phone and no readable name is in it.
 */
export function credentialOf(it: Earned, origin: string) {
  const id = `${origin}/ob/credentials/${it.number}`
  const ends = new Date(shanghaiInstant(it.validUntil).getTime() + 86_400_000 - 1000)
  const { list, index } = placeInLists(it.serial)
  const statusListCredential = listAddress(origin, it.year, list)
  return {
    '@context': CONTEXT,
    id,
    type: ['VerifiableCredential', 'OpenBadgeCredential'],
    name: '家庭教育绿证',
    issuer: profileOf(origin, it.schoolId, `${it.schoolName}家长学校`),
    validFrom: wholeSecond(it.issuedAt),
    validUntil: wholeSecond(ends),
    credentialSubject: {
      type: ['AchievementSubject'],
      identifier: [
        {
          type: 'IdentityObject',
          identityHash: identityHash(it.holder, it.number),
          identityType: 'name',
          hashed: true,
          salt: it.number,
        },
      ],
      achievement: {
        id: `${origin}/ob/achievements/${it.programmeCode}/${it.programmeVersion}`,
        type: ['Achievement'],
        achievementType: 'Certificate',
        name: it.programmeTitle,
        description: `学完《${it.programmeTitle}》全部课程，共${it.hours}学时，并通过考试。`,
        criteria: { narrative: '学完全部课程、答对每课的随堂题，并在规定时间内通过结业考试。' },
        humanCode: it.number,
        inLanguage: 'zh-CN',
      },
    },
    credentialStatus: {
      id: `${statusListCredential}#${index}`,
      type: 'BitstringStatusListEntry',
      statusPurpose: 'revocation',
      statusListIndex: String(index),
      statusListCredential,
    },
    iss: issuerAddress(origin, it.schoolId),
    jti: id,
    nbf: seconds(it.issuedAt),
    exp: seconds(ends),
  }
}

/** The status list of a year as a credential of its own: a one for each certificate that holds no more. */
export function statusCredentialOf(address: string, encodedList: string, origin: string, now: Date) {
  return {
    '@context': [CONTEXT[0]],
    id: address,
    type: ['VerifiableCredential', 'BitstringStatusListCredential'],
    issuer: `${origin}/ob/issuer`,
    validFrom: wholeSecond(now),
    credentialSubject: {
      id: `${address}#list`,
      type: 'BitstringStatusList',
      statusPurpose: 'revocation',
      encodedList,
    },
    iss: `${origin}/ob/issuer`,
    jti: address,
    nbf: seconds(now),
  }
}

/** A signed credential as a JSON file that wallets know: the credential in its envelope. */
export const enveloped = (token: string) => ({
  '@context': 'https://www.w3.org/ns/credentials/v2',
  id: `data:application/vc+jwt,${token}`,
  type: 'EnvelopedVerifiableCredential',
})

import type { EvidenceRow, Gathering, MyEvidence } from '#contract/evidence'
import type { ProgrammeRecord } from '../programmes/model.ts'
import type { EvidenceRecord, GatheringRecord } from './model.ts'

export const presentGathering = (it: GatheringRecord, now: Date): Gathering => ({
  id: String(it._id),
  title: it.title,
  unitName: it.unitName,
  openedAt: it.openedAt.toISOString(),
  closesAt: it.closesAt.toISOString(),
  isOpen: it.closesAt > now,
  checkedIn: it.checkedIn,
})

export const presentMyEvidence = (
  programme: ProgrammeRecord,
  given: EvidenceRecord[],
  isGiven: boolean,
): MyEvidence => ({
  programmeTitle: programme.title,
  what: programme.certificate?.evidence?.what ?? null,
  ways: (programme.certificate?.evidence?.ways ?? []) as MyEvidence['ways'],
  isGiven,
  given: given.map((it) => ({
    id: String(it._id),
    way: it.way,
    title: it.title,
    at: it.givenAt.toISOString(),
    status: it.status,
    words: it.words,
  })),
})

export const presentEvidenceRow = (
  it: EvidenceRecord,
  who: { studentName: string; className: string; guardianName: string },
  picture: string | null,
): EvidenceRow => ({
  id: String(it._id),
  ...who,
  programmeTitle: it.programmeTitle,
  what: it.title,
  at: it.givenAt.toISOString(),
  status: it.status,
  words: it.words,
  picture,
})

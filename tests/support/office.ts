import { readFile } from 'node:fs/promises'
import type { OfficeFormat } from '#contract/files'
import { writeZip } from './roster.ts'

const TYPES = 'application/vnd.openxmlformats-officedocument'
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const MAIN: Record<OfficeFormat, [part: string, type: string]> = {
  docx: ['word/document.xml', `${TYPES}.wordprocessingml.document.main+xml`],
  xlsx: ['xl/workbook.xml', `${TYPES}.spreadsheetml.sheet.main+xml`],
  pptx: ['ppt/presentation.xml', `${TYPES}.presentationml.presentation.main+xml`],
}

export interface Relation {
  kind: string
  target: string
  isOutside?: boolean
}

interface Made {
  /** Parts beside the main one, or in its place. */
  parts?: Record<string, string | Buffer>
  relations?: Relation[]
  type?: string
  /** What stands in the text of a Word document. */
  body?: string
}

export const relationsOf = (relations: readonly Relation[]) =>
  `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${relations
    .map(
      ({ kind, target, isOutside }, at) =>
        `<Relationship Id="rId${at}" Type="${RELATIONS}/${kind}" Target="${target}"${isOutside ? ' TargetMode="External"' : ''}/>`,
    )
    .join('')}</Relationships>`

/** A document as a program writes it, as small as it may be. */
export async function makeOffice(
  format: OfficeFormat,
  { parts = {}, relations = [], type, body = '<w:p><w:r><w:t>秋游须知</w:t></w:r></w:p>' }: Made = {},
) {
  const [main, usual] = MAIN[format]
  const folder = main.split('/')[0] ?? ''
  const all: Record<string, string | Buffer> = {
    '[Content_Types].xml': `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/${main}" ContentType="${type ?? usual}"/></Types>`,
    '_rels/.rels': relationsOf([{ kind: 'officeDocument', target: main }]),
    [main]: `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
    [`${folder}/_rels/${main.split('/')[1]}.rels`]: relationsOf(relations),
    ...parts,
  }
  return zipOf(Object.entries(all))
}

/** An archive of some parts; a name may come twice. */
export async function zipOf(parts: readonly (readonly [name: string, data: string | Buffer])[]) {
  return readFile(await writeZip(parts.map(([name, data]) => ({ name, data: Buffer.from(data) }))))
}

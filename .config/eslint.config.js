import pluginVue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'

/** `regex` may not be imported by `files`; types may. */
const fence = (files, regex, message) => ({
  files,
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      { patterns: [{ regex, message, allowTypeImports: true }] },
    ],
  },
})

export default tseslint.config(
  { ignores: ['dist/**', '.data/**', '**/auto-imports.d.ts', '**/components.d.ts'] },
  ...tseslint.configs.recommendedTypeChecked.map((it) => ({ ...it, files: ['**/*.ts', '**/*.vue'] })),
  // Its rules name no files; eighty of them would look for Vue in the server as well.
  ...pluginVue.configs['flat/essential'].map((it) =>
    it.rules && !it.files ? { ...it, files: ['**/*.vue', '{admin-web,tests/admin-web}/**/*.ts'] } : it,
  ),
  { files: ['**/*.vue'], languageOptions: { parserOptions: { parser: tseslint.parser } } },
  {
    files: ['**/*.ts', '**/*.vue'],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: `${import.meta.dirname}/..`,
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: "ImportDeclaration[source.value=/^zod/] > ImportSpecifier[imported.name='z']",
          message: 'Write `import * as z`: the named `z` ships the whole of zod, 441 KB instead of 23.',
        },
      ],
    },
  },
  // Programs that people start speak to a terminal.
  {
    files: ['server/scripts/**', 'miniprogram/tools/**', 'miniprogram/preview/*.ts', 'tests/bench/**'],
    rules: { 'no-console': 'off' },
  },
  // A .ts file sees every .vue import as `any`; vue-tsc is the one that checks those.
  { files: ['admin-web/**'], rules: { '@typescript-eslint/no-unsafe-argument': 'off' } },
  fence(
    ['server/contract/**'],
    '^(?!zod/mini$|\\./)',
    'The contract knows zod/mini and itself, nothing else.',
  ),
  fence(
    ['miniprogram/{pages,packages,components,services}/**'],
    '/server/|^#contract',
    'Go through miniprogram/contract.ts.',
  ),
  fence(['admin-web/src/**'], '/server/', 'Only the contract crosses from the server, as #contract/….'),
  fence(
    ['server/modules/**/{routes,policy,present}.ts'],
    '^mongoose$|/model\\.ts$',
    'Only a service talks to the database.',
  ),
)

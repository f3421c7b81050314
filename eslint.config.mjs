import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import jest from 'eslint-plugin-jest';
import jsdoc from 'eslint-plugin-jsdoc';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import { defineConfig, globalIgnores } from 'eslint/config';

export default defineConfig(
  globalIgnores(['**/dist/**', 'coverage/**', '**/*.mjs', '**/*.cjs', '.switchboard/**', 'apps/standalone/demo/**']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  importX.flatConfigs.recommended,
  importX.flatConfigs.typescript,
  {
    files: ['**/*.ts'],
    plugins: { jsdoc },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: 'tsconfig.json' })] },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'import-x/no-default-export': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-named-as-default-member': 'off',
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Only libs/config reads the environment.' }],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'typeorm', importNames: ['Connection'], message: 'Connection is our entity.' },
            { name: 'amqplib', importNames: ['Connection'], message: 'Connection is our entity.' },
          ],
        },
      ],
      'no-console': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/max-params': ['error', { max: 5 }],
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          require: { FunctionDeclaration: true, ClassDeclaration: true },
          contexts: ['TSInterfaceDeclaration', 'TSTypeAliasDeclaration'],
        },
      ],
      'jsdoc/no-types': 'error',
    },
  },
  { files: ['libs/config/src/**'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['tools/**'], rules: { 'no-console': 'off', 'no-restricted-properties': 'off' } },
  // The type of a group of cases is that of their functions too.
  { files: ['tools/conformance/cases/**'], rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' } },
  { files: ['libs/local-services/src/**'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['**/*.entity.ts'], rules: { 'import-x/no-cycle': 'off' } },
  {
    ...jest.configs['flat/recommended'],
    files: ['**/*.spec.ts', '**/*-spec.ts', '**/contract/*.ts'],
    rules: {
      ...jest.configs['flat/recommended'].rules,
      'jsdoc/require-jsdoc': 'off',
      'jest/expect-expect': ['error', { assertFunctionNames: ['expect', 'expect*', 'fc.assert', 'waitFor*'] }],
      'jest/no-export': 'off',
    },
  },
  prettier,
);

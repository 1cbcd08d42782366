import tseslint from 'typescript-eslint';

const markup = 'Markup from strings is how scripts get in. Build elements.';
const clock = 'Server times come with the answer; for a ticking display use useNow() from ui/now.ts.';

export default [
  {
    files: ['src/**/*.{ts,tsx}'],
    languageOptions: { parser: tseslint.parser, parserOptions: { ecmaFeatures: { jsx: true } } },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: markup },
        { selector: "AssignmentExpression[left.property.name='innerHTML']", message: markup },
        // The contract is types here: zod itself stays on the server.
        { selector: "ImportDeclaration[importKind!='type'][source.value=/^(zod|@bailiwick.contract)/]", message: 'Import types only, so that the schemas stay out of the bundle.' },
      ],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now', message: clock }],
    },
  },
  { files: ['src/ui/now.ts'], rules: { 'no-restricted-properties': 'off' } },
];

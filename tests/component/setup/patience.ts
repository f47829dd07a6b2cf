import { configure } from '@testing-library/react';

// As the patience of `vitest.config.ts`, for what a screen has to show.
configure({ asyncUtilTimeout: 20_000 });

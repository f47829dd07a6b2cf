/**
 * A test runner for Stryker that keeps the tests of the deciders loaded in its process and calls them: they are pure, so a
 * mutant is switched on and off between two calls. It refuses to start when a test fails without any mutant.
 */
import { globSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { InstrumenterContext } from '@stryker-mutator/api/core';
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { DryRunStatus, MutantRunStatus, TestStatus, type DryRunResult, type MutantRunOptions, type MutantRunResult, type TestResult, type TestRunner } from '@stryker-mutator/api/test-runner';
import type { Registered, StandIn } from './vitest-in-process.ts';

const STAND_IN = new URL('./vitest-in-process.ts', import.meta.url).href;

class InProcess implements TestRunner {
  #tests: readonly Registered[] = [];

  /** What the mutated code asks: which mutant is on, and whose coverage this is. */
  get #switch(): InstrumenterContext {
    const world = globalThis as { __stryker__?: InstrumenterContext };
    return (world.__stryker__ ??= {});
  }

  capabilities(): { reloadEnvironment: boolean } {
    return { reloadEnvironment: false };
  }

  async init(): Promise<void> {
    registerHooks({
      resolve: (name, context, next) => (name === 'vitest' && context.parentURL !== STAND_IN ? { url: STAND_IN, shortCircuit: true } : next(name, context)),
    });
    const { inFile, registered } = (await import(STAND_IN)) as StandIn;
    for (const file of globSync('tests/unit/{operation,review,administration}/**/*.test.ts').sort()) {
      inFile(file);
      await import(pathToFileURL(join(process.cwd(), file)).href);
    }
    this.#tests = registered();
  }

  async dryRun(): Promise<DryRunResult> {
    const tests: TestResult[] = [];
    for (const { name, run } of this.#tests) {
      this.#switch.currentTestId = name;
      const before = performance.now();
      const failureMessage = await failure(run);
      const told = { id: name, name, timeSpentMs: performance.now() - before };
      tests.push(failureMessage === null ? { ...told, status: TestStatus.Success } : { ...told, status: TestStatus.Failed, failureMessage });
    }
    delete this.#switch.currentTestId;
    const { mutantCoverage } = this.#switch;
    return { status: DryRunStatus.Complete, tests, ...(mutantCoverage === undefined ? {} : { mutantCoverage }) };
  }

  async mutantRun({ testFilter, activeMutant, hitLimit }: MutantRunOptions): Promise<MutantRunResult> {
    const named = testFilter === undefined ? null : new Set(testFilter);
    const chosen = this.#tests.filter(({ name }) => named === null || named.has(name));
    const state = Object.assign(this.#switch, { activeMutant: activeMutant.id, hitCount: 0, ...(hitLimit === undefined ? {} : { hitLimit }) });
    try {
      for (const [index, { name, run }] of chosen.entries()) {
        const failureMessage = await failure(run);
        if (hitLimit !== undefined && state.hitCount > hitLimit) return { status: MutantRunStatus.Timeout };
        if (failureMessage !== null) return { status: MutantRunStatus.Killed, killedBy: [name], failureMessage, nrOfTests: index + 1 };
      }
      return { status: MutantRunStatus.Survived, nrOfTests: chosen.length };
    } finally {
      delete this.#switch.activeMutant;
      delete this.#switch.hitLimit;
    }
  }
}

async function failure(run: () => unknown): Promise<string | null> {
  try {
    await run();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const create = (): TestRunner => new InProcess();
create.inject = [] as const;
export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'in-process', create)];

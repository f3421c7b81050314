import { runningServices } from './running-services';

/** Stops what start-services started. */
// eslint-disable-next-line import-x/no-default-export -- the test runner calls the default export
export default async function stopServices(): Promise<void> {
  await Promise.all(runningServices.splice(0).map((service) => service.stop()));
}

import { answerFaults } from './answer-faults';

describe('answerFaults', () => {
  const path = '/v1/users/42';
  const user = { user: '42', online: false, connections: [], devices: [] };
  const answer = (status: number, body: object, headers: object = {}): readonly string[] =>
    answerFaults('GET', path, {
      status,
      headers: new Headers({ 'content-type': 'application/json; charset=utf-8', ...headers }),
      text: JSON.stringify(body),
    });

  it('finds nothing in an answer as the document has it', () => {
    expect(answer(200, user)).toEqual([]);
  });

  it.each([
    ['a status that it does not have', answer(418, user)],
    ['a field that it does not have', answer(200, { ...user, age: 7 })],
    ['a field that is missing', answer(200, { ...user, online: undefined })],
    ['a field of the wrong type', answer(200, { ...user, online: 'yes' })],
    ['a field deep inside', answer(200, { ...user, devices: [{ device: 'phone', cursor: -1 }] })],
    ['another content type', answer(200, user, { 'content-type': 'text/plain' })],
    ['a header that it does not have', answer(200, user, { 'retry-after': '1' })],
    ['a problem document without its code', answer(404, {}, { 'content-type': 'application/problem+json' })],
  ])('finds %s', (_name, faults) => {
    expect(faults).toHaveLength(1);
  });
});

import { DeliveryLedger } from './delivery-ledger';

function ledgerWith(user: string, acceptedNumbers: number): DeliveryLedger {
  const ledger = new DeliveryLedger();
  for (let sent = 0; sent < acceptedNumbers; sent += 1) ledger.noteAccepted(user, ledger.nextNumber(user));
  return ledger;
}

describe('DeliveryLedger', () => {
  it('counts an accepted message as lost until it arrives', () => {
    const ledger = ledgerWith('7', 2);
    ledger.noteReceived('7', 1);
    expect(ledger.totals()).toStrictEqual({ accepted: 2, refused: 0, received: 1, lost: 1, repeated: 0, outOfOrder: 0 });
  });

  it('takes a message that arrives before the answer to its sender', () => {
    const ledger = new DeliveryLedger();
    const number = ledger.nextNumber('7');
    ledger.noteReceived('7', number);
    ledger.noteAccepted('7', number);
    expect(ledger.totals()).toMatchObject({ accepted: 1, received: 1, lost: 0 });
  });

  it('counts what the API refused apart, whether it arrives or not', () => {
    const ledger = ledgerWith('7', 0);
    ledger.nextNumber('7');
    ledger.noteRefused();
    expect(ledger.totals()).toMatchObject({ accepted: 0, refused: 1, lost: 0 });
  });

  it('counts each arrival beyond the first as repeated, and not as out of order', () => {
    const ledger = ledgerWith('7', 2);
    const wereNew = [1, 2, 1, 2].map((number) => ledger.noteReceived('7', number));
    expect(wereNew).toStrictEqual([true, true, false, false]);
    expect(ledger.totals()).toMatchObject({ received: 2, repeated: 2, outOfOrder: 0 });
  });

  it('counts a message that arrives after a later one to the same user as out of order', () => {
    const ledger = ledgerWith('7', 3);
    for (const number of [1, 3, 2]) ledger.noteReceived('7', number);
    expect(ledger.totals()).toMatchObject({ received: 3, lost: 0, repeated: 0, outOfOrder: 1 });
  });

  it('numbers and orders each user alone', () => {
    const ledger = ledgerWith('7', 2);
    ledger.noteReceived('7', 2);
    expect(ledger.nextNumber('8')).toBe(1);
    expect(ledger.noteReceived('8', 1)).toBe(true);
    expect(ledger.totals()).toMatchObject({ outOfOrder: 0 });
  });
});

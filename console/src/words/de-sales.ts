import type { SalesWords } from "./en-sales";

export const sales: SalesWords = {
  // Eine Bestellung für einen neuen Kunden
  newOrder: "Bestellen für einen neuen Kunden",
  newOrderAbout:
    "Wählen Sie die Produkte, und sagen Sie dann, wer der Kunde ist. Beides entsteht zusammen oder gar nicht.",
  currencyLikeOurs: "Wie auf unseren Rechnungen",
  nothingInCurrency: "Nichts hat einen Preis in dieser Währung. Wählen Sie eine andere.",
  toTheClientStep: "Weiter zum Kunden",
  createAndOrder: "Kunden anlegen und bestellen",
  clientAndOrder: (client) => `${client} ist angelegt, und die Bestellung ist aufgegeben.`,
  toItsOrders: "Bestellungen des Kunden",
  toOurCard: "Unsere Karte des Kunden",
  anotherOrder: "Noch ein neuer Kunde",

  // Zahlungen
  payments: "Zahlungen",
  paymentsAbout:
    "Was Kunden bezahlt haben. Eine Zahlung, die keine Rechnung nennt, wartet hier, bis jemand sagt, wofür sie ist.",
  noUnmatched: "Keine Zahlung wartet auf jemanden.",
  noPayments: "Keine Zahlungen.",
  amount: "Betrag",
  leftOver: (amount) => `${amount} übrig`,
  received: "Eingegangen",
  paidBy: "Von",
  paidByHint: "Der Name des Kontos.",
  unknownPayer: "Unbekannter Absender",
  paidFor: "Für",
  perhaps: "Vielleicht",
  noSuggestion: "Keine Rechnung passt",
  suggestions: "Rechnungen, für die sie sein kann",
  suggestedBecause: {
    REFERENCE: "gleiche Referenz",
    ONE_OF_SEVERAL: "eine von mehreren, die sie nennt",
    OTHER_CURRENCY: "andere Währung",
    SETTLED: "schon beglichen",
    NUMBER_IN_TEXT: "Nummer im Text",
    SAME_AMOUNT: "gleicher Betrag",
    SAME_NAME: "gleicher Name",
  },
  openSum: (amount) => `${amount} offen`,
  dueBy: (day) => `fällig ${day}`,
  match: "Zuordnen",
  matchAmount: (amount) => `Wofür sind ${amount}?`,
  findPayer: "Wer hat bezahlt?",
  orFindPayer: "Oder eine andere Organisation",
  otherPayer: "Eine andere Organisation",
  openInvoicesOf: (payer) => `Offene Rechnungen von ${payer}`,
  restIsBalance: "Was übrig bleibt, wird zum Guthaben der Organisation. Ohne Rechnung ist das alles.",
  allIsBalance: (currency) => `Sie hat keine offene Rechnung in ${currency}. Die ganze Zahlung wird zu ihrem Guthaben.`,
  paymentMatched: "Die Zahlung ist zugeordnet.",
  returnIt: "Zurückbuchen",
  returnPayment: "Zahlung zurückbuchen",
  returnPaymentAbout: (amount) =>
    `Die Bank hat ${amount} zurückgebucht. Die Rechnungen, die die Zahlung beglichen hat, sind wieder offen.`,
  paymentReturned: "Die Zahlung ist zurückgebucht.",
  recordPayment: "Zahlung erfassen",
  paymentRecorded: "Die Zahlung ist erfasst.",
  paymentReferenceHint: "Ist es die einer offenen Rechnung, begleicht die Zahlung sie.",
  textOfPayment: "Verwendungszweck",
  sourceKey: "Referenz der Bank",
  sourceKeyHint: "Sie unterscheidet diese Zahlung von allen anderen. Dieselbe wird einmal erfasst.",
  bankFile: "Bankdatei",
  file: "Datei",
  bankFileHint:
    "Ein Kontoauszug (camt.053) oder eine Benachrichtigung (camt.054) als XML. Sie zweimal zu senden schadet nicht.",
  send: "Senden",
  bankFileRead: "Die Datei ist gelesen.",
  bankEntries: "Eingänge",
  bankNew: "Neue Zahlungen",
  bankMatched: "Haben eine Rechnung beglichen",
  bankWaiting: "Warten auf einen Menschen",
  bankKnown: "Schon erfasst",
  bankReturned: "Zurückgebucht",
  bankUnknownReturns: (count) =>
    count === 1
      ? "1 Rückbuchung passt zu keiner Zahlung. Suchen Sie die Zahlung, und buchen Sie sie zurück."
      : `${count} Rückbuchungen passen zu keiner Zahlung. Suchen Sie die Zahlungen, und buchen Sie sie zurück.`,

  // Monate der Provision
  monthsAbout:
    "Was Reseller verdienen. Ist ein Monat abgeschlossen, bekommt jeder eine Abrechnung; dann wird ausgezahlt.",
  openMonth: "Noch nicht abgeschlossen",
  monthNotClosed: "Kein Reseller hat eine Abrechnung für diesen Monat.",
  closeMonth: "Monat abschließen",
  closeMonthFor: (reseller) => `Monat für ${reseller} abschließen`,
  closeMonthAbout:
    "Jeder Reseller, der diesen Monat noch nicht abgeschlossen hat, bekommt eine Abrechnung. Der Monat lässt sich nie wieder öffnen.",
  closeMonthForAbout:
    "Der Reseller bekommt eine Abrechnung über alles bis dahin. Der Monat lässt sich nie wieder öffnen.",
  monthClosed: (count) =>
    count === 1
      ? "Der Monat ist abgeschlossen, mit 1 Abrechnung."
      : `Der Monat ist abgeschlossen, mit ${count} Abrechnungen.`,
  recordPayout: "Auszahlung erfassen",
  payoutTo: (amount, reseller) => `Auszahlung von ${amount} an ${reseller}`,
  payoutReferenceHint: "Wie die Bank die Auszahlung nennt.",
  payoutRecorded: "Die Auszahlung ist erfasst.",
};

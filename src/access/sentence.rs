//! What each permission allows, in all languages. English is in the table of permissions, and in the schema.

use super::permission::Permission;
use crate::base::locale::Locale;

impl Permission {
    /// What it allows, in a sentence.
    pub const fn sentence_in(self, locale: Locale) -> &'static str {
        let [german, swedish] = self.translated();
        match locale {
            Locale::En => self.sentence(),
            Locale::De => german,
            Locale::Sv => swedish,
        }
    }

    /// German and Swedish.
    const fn translated(self) -> [&'static str; 2] {
        match self {
            Self::OrganisationRead => [
                "Sehen, dass es die Organisation gibt: Name, Art und Zustand.",
                "Se att organisationen finns: namn, typ och tillstånd.",
            ],
            Self::OrganisationUpdate => [
                "Den Namen und die Einstellungen der Organisation ändern.",
                "Ändra organisationens namn och inställningar.",
            ],
            Self::OrganisationClose => {
                ["Die Organisation schließen und wieder öffnen.", "Stänga organisationen och öppna den igen."]
            }
            Self::OwnershipTransfer => {
                ["Die Organisation an jemand anderen übergeben.", "Lämna över organisationen till någon annan."]
            }
            Self::MemberRead => [
                "Die Mitglieder, ihre Adressen und ihre Rollen sehen.",
                "Se medlemmarna, deras adresser och deras roller.",
            ],
            Self::MemberInvite => ["Menschen in die Organisation einladen.", "Bjuda in personer till organisationen."],
            Self::MemberUpdate => ["Die Rollen von Mitgliedern ändern.", "Ändra medlemmars roller."],
            Self::MemberRemove => ["Mitglieder entfernen.", "Ta bort medlemmar."],
            Self::RoleRead => ["Die eigenen Rollen der Organisation sehen.", "Se organisationens egna roller."],
            Self::RoleManage => ["Eigene Rollen anlegen, ändern und löschen.", "Skapa, ändra och ta bort egna roller."],
            Self::PartnershipRead => [
                "Die Partner der Organisation sehen, und was ihnen übertragen ist.",
                "Se organisationens partner och vad som är delegerat till dem.",
            ],
            Self::PartnershipManage => [
                "Partnerschaften auf der Seite des Kunden annehmen, einschränken und beenden.",
                "Godkänna, begränsa och avsluta partnerskap på kundens sida.",
            ],
            Self::ClientRead => ["Die Kunden des Resellers sehen.", "Se återförsäljarens kunder."],
            Self::ClientCreate => [
                "Organisationen von Kunden unter dem Reseller anlegen.",
                "Skapa kunders organisationer under återförsäljaren.",
            ],
            Self::ClientUpdate => [
                "Partnerschaften auf der Seite des Resellers vorschlagen und beenden.",
                "Föreslå och avsluta partnerskap på återförsäljarens sida.",
            ],
            Self::ClientPropertyManage => [
                "Eigene Spalten der Kundentabelle des Resellers anlegen und ausfüllen.",
                "Skapa och fylla i återförsäljarens egna kolumner i kundtabellen.",
            ],
            Self::CommissionRead => ["Die Provision des Resellers sehen.", "Se återförsäljarens provision."],
            Self::BillingRead => {
                ["Die Rechnungsdaten sehen, und wer bezahlt.", "Se faktureringsuppgifterna och vem som betalar."]
            }
            Self::BillingUpdate => {
                ["Die Rechnungsdaten ändern, und wer bezahlt.", "Ändra faktureringsuppgifterna och vem som betalar."]
            }
            Self::InvoiceRead => ["Die Rechnungen sehen.", "Se fakturorna."],
            Self::InvoicePay => ["Die Rechnungen bezahlen.", "Betala fakturorna."],
            Self::SubscriptionRead => ["Die Abonnements sehen.", "Se abonnemangen."],
            Self::SubscriptionOrder => ["Produkte bestellen.", "Beställa produkter."],
            Self::SubscriptionCancel => ["Abonnements kündigen.", "Säga upp abonnemang."],
            Self::ServiceRead => ["Die Dienste außer Domains sehen.", "Se tjänsterna, utom domäner."],
            Self::ServiceManage => ["Die Dienste außer Domains verwalten.", "Hantera tjänsterna, utom domäner."],
            Self::DomainRead => ["Die Domains sehen.", "Se domänerna."],
            Self::DomainManage => ["Die Domains verwalten.", "Hantera domänerna."],
            Self::LicenceRead => ["Die Lizenzen sehen, und wer sie hat.", "Se licenserna och vem som har dem."],
            Self::LicenceAssign => {
                ["Menschen Lizenzen geben und wieder nehmen.", "Ge personer licenser och ta tillbaka dem."]
            }
            Self::LicenceRuleManage => [
                "Die Regeln schreiben, nach denen Lizenzen vergeben werden.",
                "Skriva reglerna för hur licenser delas ut.",
            ],
            Self::DirectoryRead => [
                "Die Menschen der eigenen Domains der Organisation sehen.",
                "Se personerna i organisationens egna domäner.",
            ],
            Self::DirectorySync => ["Das Verzeichnis abgleichen.", "Synkronisera katalogen."],
            Self::AssetRead => ["Die Geräte und anderen Objekte sehen.", "Se enheterna och andra objekt."],
            Self::AssetCreate => [
                "Geräte und andere Objekte innerhalb des Kontingents anlegen.",
                "Skapa enheter och andra objekt inom kvoten.",
            ],
            Self::AssetDelete => ["Geräte und andere Objekte löschen.", "Ta bort enheter och andra objekt."],
            Self::UsageRead => ["Die Zahlen zur Nutzung sehen.", "Se siffrorna för användningen."],
            Self::AuditRead => ["Das Protokoll lesen.", "Läsa loggen."],
            Self::ApiKeyRead => [
                "Die API-Schlüssel sehen, aber nie ihre Geheimnisse.",
                "Se API-nycklarna, men aldrig deras hemligheter.",
            ],
            Self::ApiKeyManage => ["API-Schlüssel anlegen und widerrufen.", "Skapa och återkalla API-nycklar."],
            Self::WebhookRead => [
                "Die Webhooks sehen und was ihnen zugestellt wurde, aber nie ihre Geheimnisse.",
                "Se webhookarna och vad som har levererats till dem, men aldrig deras hemligheter.",
            ],
            Self::WebhookManage => ["Webhooks anlegen, ändern und löschen.", "Skapa, ändra och ta bort webhookar."],
            Self::CatalogueManage => ["Produkte und Preislisten verwalten.", "Hantera produkter och prislistor."],
            Self::InvoiceIssue => [
                "Kunden abrechnen, Rechnungen ausstellen, stornieren und gutschreiben, und festlegen, wie sie besteuert und \
                 nummeriert werden.",
                "Fakturera kunder, utfärda, makulera och kreditera fakturor, och bestämma hur de beskattas och numreras.",
            ],
            Self::ResellerManage => {
                ["Reseller zulassen und ihre Sätze festlegen.", "Godkänna återförsäljare och bestämma deras satser."]
            }
            Self::OrganisationSuspend => {
                ["Organisationen sperren und wieder freigeben.", "Stänga av organisationer och häva avstängningen."]
            }
            Self::UserManage => [
                "Benutzer finden, sperren, freigeben und löschen.",
                "Hitta användare, stänga av dem, häva avstängningen och radera dem.",
            ],
            Self::AuditManage => {
                ["Festlegen, wie lange das Protokoll aufbewahrt wird.", "Bestämma hur länge loggen sparas."]
            }
            Self::ServiceProvision => [
                "Die Aufgaben von Diensten übernehmen und ihre Ergebnisse melden.",
                "Ta hand om tjänsternas uppgifter och rapportera resultaten.",
            ],
            Self::PaymentRecord => ["Zahlungen erfassen und zuordnen.", "Registrera och matcha betalningar."],
            Self::AccountingRead => [
                "Die Buchhaltung lesen: Exporte, Nummernkreise, Abrechnungsläufe und alle Provisionsabrechnungen.",
                "Läsa bokföringen: exporter, nummerserier, faktureringskörningar och alla provisionsavräkningar.",
            ],
            Self::AccessEvaluate => [
                "Fragen, was ein beliebiger Benutzer oder API-Schlüssel darf, für Programme, die danach entscheiden.",
                "Fråga vad vilken användare eller API-nyckel som helst får göra, för program som beslutar efter svaret.",
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sentence_is_a_sentence_of_its_own() {
        for locale in Locale::ALL {
            let mut sentences: Vec<&str> = Permission::ALL.iter().map(|one| one.sentence_in(locale)).collect();
            assert!(sentences.iter().all(|one| one.ends_with('.') && one.starts_with(char::is_uppercase)));
            sentences.sort_unstable();
            sentences.dedup();
            assert_eq!(sentences.len(), Permission::ALL.len(), "{locale:?}");
        }
    }
}

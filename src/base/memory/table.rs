//! The tables whose changes are logged. Only what depends on these alone can be kept.

/// A table, with its number in the log.
///
/// Triggers write a log row for each changed row, with its own id and the ids of its parents. A migration creates them. A
/// test compares what they write with `keys`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i16)]
#[expect(missing_docs, reason = "the names are those of the tables")]
pub enum Table {
    Organisation = 1,
    User,
    Membership,
    MembershipRole,
    Role,
    Partnership,
    Payer,
    BillingDetails,
    BillingContact,
    Service,
    Subscription,
    Invoice,
    InvoiceLine,
    SecondFactor,
    SignInPolicy,
    OrganisationHalt,
    ResellerProgramme,
    PropertyDefinition,
    PropertyValue,
    DelegationTemplate,
    ClientView,
}

impl Table {
    /// All of them, by their numbers.
    pub const ALL: [Self; 21] = [
        Self::Organisation,
        Self::User,
        Self::Membership,
        Self::MembershipRole,
        Self::Role,
        Self::Partnership,
        Self::Payer,
        Self::BillingDetails,
        Self::BillingContact,
        Self::Service,
        Self::Subscription,
        Self::Invoice,
        Self::InvoiceLine,
        Self::SecondFactor,
        Self::SignInPolicy,
        Self::OrganisationHalt,
        Self::ResellerProgramme,
        Self::PropertyDefinition,
        Self::PropertyValue,
        Self::DelegationTemplate,
        Self::ClientView,
    ];

    /// The table with this number in the log.
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|table| *table as i16 == number)
    }

    /// The table with this name, if its changes are logged.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        self.shape().0
    }

    /// The columns whose values the log names. What a row is found by must be one of them.
    pub const fn keys(self) -> &'static [&'static str] {
        self.shape().1
    }

    const fn shape(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Organisation => ("organisation", &["id"]),
            Self::User => ("user", &["id"]),
            Self::Membership => ("membership", &["id", "organisation_id", "user_id", "partnership_id"]),
            Self::MembershipRole => ("membership_role", &["membership_id", "role_id"]),
            Self::Role => ("role", &["id", "organisation_id"]),
            Self::Partnership => ("partnership", &["id", "reseller_id", "client_id"]),
            Self::Payer => ("payer", &["id", "organisation_id", "payer_id"]),
            Self::BillingDetails => ("billing_details", &["organisation_id", "contact_id"]),
            Self::BillingContact => ("billing_contact", &["id", "organisation_id"]),
            Self::Service => ("service", &["id", "organisation_id"]),
            Self::Subscription => ("subscription", &["id", "organisation_id"]),
            Self::Invoice => ("invoice", &["id", "organisation_id", "payer_id"]),
            Self::InvoiceLine => ("invoice_line", &["id", "invoice_id"]),
            Self::SecondFactor => ("second_factor", &["user_id"]),
            Self::SignInPolicy => ("sign_in_policy", &["organisation_id"]),
            Self::OrganisationHalt => ("organisation_halt", &["organisation_id"]),
            Self::ResellerProgramme => ("reseller_programme", &["organisation_id"]),
            Self::PropertyDefinition => ("property_definition", &["id", "organisation_id"]),
            Self::PropertyValue => ("property_value", &["partnership_id"]),
            Self::DelegationTemplate => ("delegation_template", &["id", "organisation_id"]),
            Self::ClientView => ("client_view", &["id", "organisation_id"]),
        }
    }
}

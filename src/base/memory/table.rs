//! The tables whose changes are logged. Only what depends on these alone can be kept.

macro_rules! tables {
    ($($table:ident = $number:literal, $name:literal, [$($key:literal),+];)+) => {
        /// A table, with its number in the log.
        ///
        /// Triggers write a log row for each changed row, with its own id and the ids of its parents. A migration creates
        /// them. A test compares what they write with `keys`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(i16)]
        #[expect(missing_docs, reason = "the names are those of the tables")]
        pub enum Table { $($table = $number,)+ }

        impl Table {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$table,)+];

            /// Its name in the database.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$table => $name,)+ }
            }

            /// The columns whose values the log names. What a row is found by must be one of them.
            pub const fn keys(self) -> &'static [&'static str] {
                match self { $(Self::$table => &[$($key,)+],)+ }
            }
        }
    };
}

tables! {
    Organisation = 1, "organisation", ["id"];
    User = 2, "user", ["id"];
    Membership = 3, "membership", ["id", "organisation_id", "user_id", "partnership_id"];
    MembershipRole = 4, "membership_role", ["membership_id", "role_id"];
    Role = 5, "role", ["id", "organisation_id"];
    Partnership = 6, "partnership", ["id", "reseller_id", "client_id"];
    Payer = 7, "payer", ["id", "organisation_id", "payer_id"];
    BillingDetails = 8, "billing_details", ["organisation_id", "contact_id"];
    BillingContact = 9, "billing_contact", ["id", "organisation_id"];
    Service = 10, "service", ["id", "organisation_id", "subscription_id"];
    Subscription = 11, "subscription", ["id", "organisation_id"];
    Invoice = 12, "invoice", ["id", "organisation_id", "payer_id"];
    InvoiceLine = 13, "invoice_line", ["id", "invoice_id"];
    SecondFactor = 14, "second_factor", ["user_id"];
    SignInPolicy = 15, "sign_in_policy", ["organisation_id"];
    OrganisationHalt = 16, "organisation_halt", ["organisation_id"];
    ResellerProgramme = 17, "reseller_programme", ["organisation_id"];
    PropertyDefinition = 18, "property_definition", ["id", "organisation_id"];
    PropertyValue = 19, "property_value", ["partnership_id"];
    DelegationTemplate = 20, "delegation_template", ["id", "organisation_id"];
    ClientView = 21, "client_view", ["id", "organisation_id"];
    Product = 22, "product", ["id", "organisation_id"];
    ProductUpgrade = 23, "product_upgrade", ["from_id", "to_id"];
    Feature = 24, "feature", ["id", "organisation_id"];
    Entitlement = 25, "entitlement", ["product_id", "feature_id"];
    PricePlan = 26, "price_plan", ["id", "organisation_id"];
    Price = 27, "price", ["id", "plan_id", "product_id"];
    PlanAssignment = 28, "plan_assignment", ["organisation_id", "plan_id"];
    SalesOrder = 29, "sales_order", ["id", "organisation_id"];
    OrderLine = 30, "order_line", ["id", "order_id", "subscription_id"];
    SubscriptionChange = 31, "subscription_change", ["id", "subscription_id"];
    PartnerOfRecord = 32, "partner_of_record", ["id", "subscription_id"];
    ServiceTask = 33, "service_task", ["id", "service_id"];
    Issuer = 34, "issuer", ["organisation_id"];
    InvoiceVat = 35, "invoice_vat", ["invoice_id"];
    PendingCharge = 36, "pending_charge", ["id", "organisation_id"];
    BillingRun = 37, "billing_run", ["id", "issuer_id"];
    CreditNote = 38, "credit_note", ["id", "organisation_id", "payer_id", "invoice_id"];
    CreditNoteLine = 39, "credit_note_line", ["id", "credit_note_id"];
    CreditNoteVat = 40, "credit_note_vat", ["credit_note_id"];
    Payment = 41, "payment", ["id", "issuer_id", "payer_id"];
    Refund = 42, "refund", ["id", "payer_id"];
    Allocation = 43, "allocation", ["id", "payment_id", "credit_note_id", "invoice_id", "refund_id"];
    Reminder = 44, "reminder", ["id", "invoice_id"];
    Document = 45, "document", ["id", "invoice_id", "credit_note_id"];
    CommissionRate = 46, "commission_rate", ["id", "reseller_id", "partnership_id"];
    CommissionStatement = 47, "commission_statement", ["id", "reseller_id"];
    CommissionLine = 48, "commission_line", ["id", "reseller_id", "statement_id"];
    Directory = 51, "directory", ["organisation_id"];
    DirectorySync = 52, "directory_sync", ["id", "organisation_id"];
    DirectoryPerson = 53, "directory_person", ["id", "organisation_id"];
    DirectoryGroup = 54, "directory_group", ["id", "organisation_id"];
    DirectoryGroupMember = 55, "directory_group_member", ["id", "group_id", "person_id", "child_id"];
    LicencePool = 49, "licence_pool", ["id", "organisation_id"];
    Asset = 50, "asset", ["id", "organisation_id", "licence_pool_id"];
    LicenceRuleSet = 56, "licence_rule_set", ["id", "organisation_id"];
    LicenceRule = 57, "licence_rule", ["id", "set_id"];
    LicencePin = 58, "licence_pin", ["id", "organisation_id", "person_id"];
    LicenceAssignment = 59, "licence_assignment", ["id", "organisation_id", "person_id"];
    UsageDay = 60, "usage_day", ["id", "organisation_id"];
}

impl Table {
    /// The table with this number in the log.
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.iter().copied().find(|table| *table as i16 == number)
    }
}

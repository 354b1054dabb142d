//! The tables, one file each. This crate knows only the database mapper.
//!
//! Ids are UUIDv7, times are UTC, money is an integer in minor units with an ISO 4217 currency, sets of permissions
//! are bit sets in an `i64`.
#![allow(missing_docs, reason = "the model macro generates items that cannot have docs")]
#![allow(
    clippy::disallowed_methods,
    reason = "the model macro generates the calls; the server checks where they are used"
)]

pub mod access_request;
pub mod accounting_batch;
pub mod accounting_entry;
pub mod allocation;
pub mod api_key;
pub mod asset;
pub mod audit_chain;
pub mod audit_event;
pub mod billing_contact;
pub mod billing_details;
pub mod billing_run;
pub mod client_view;
pub mod commission_line;
pub mod commission_rate;
pub mod commission_statement;
pub mod credit_note;
pub mod credit_note_line;
pub mod credit_note_vat;
pub mod delegation_template;
pub mod directory;
pub mod directory_group;
pub mod directory_group_member;
pub mod directory_person;
pub mod directory_sync;
pub mod document;
pub mod entitlement;
pub mod event;
pub mod event_end;
pub mod exchange_rate;
pub mod feature;
pub mod idempotency_key;
pub mod invitation;
pub mod invitation_role;
pub mod invoice;
pub mod invoice_line;
pub mod invoice_vat;
pub mod issuer;
pub mod licence_assignment;
pub mod licence_pin;
pub mod licence_pool;
pub mod licence_rule;
pub mod licence_rule_set;
pub mod link;
pub mod log_in_attempt;
pub mod membership;
pub mod membership_role;
pub mod number_series;
pub mod order_line;
pub mod organisation;
pub mod organisation_halt;
pub mod organisation_name;
pub mod outgoing_mail;
pub mod ownership_transfer;
pub mod partner_of_record;
pub mod partnership;
pub mod partnership_proposal;
pub mod payer;
pub mod payment;
pub mod pending_charge;
pub mod plan_assignment;
pub mod price;
pub mod price_plan;
pub mod product;
pub mod product_upgrade;
pub mod property_definition;
pub mod property_value;
pub mod recovery_code;
pub mod refresh_token;
pub mod refund;
pub mod reminder;
pub mod reseller_programme;
pub mod reseller_request;
pub mod role;
pub mod sales_order;
pub mod second_factor;
pub mod service;
pub mod service_task;
pub mod session;
pub mod sign_in_policy;
pub mod subscription;
pub mod subscription_change;
pub mod throttle;
pub mod unbilled_subscription;
pub mod usage_day;
pub mod user;
pub mod vat_check;
pub mod vat_override;
pub mod vat_rate;
pub mod waiting_event;
pub mod webhook;
pub mod webhook_delivery;

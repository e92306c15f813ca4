//! Accounts, movements and entries as they are read.

use chrono::NaiveDate;
use diesel::prelude::*;

use kit::auth::AccountId;
use kit::clock::Timestamp;
use kit::money::Rupiah;
use kit::{typed_id, word_enum};
use people::enterprises::EnterpriseId;

typed_id!(
    /// A journal entry.
    EntryId, "jrn"
);

word_enum! {
    /// An account in an enterprise's books.
    Account as "LedgerAccount" {
        /// Cash in the owner's hand.
        CashSeller = "cash:seller",
        /// Cash a courier holds for her.
        CashCourier = "cash:courier",
        /// Cash a warung holds for her.
        CashWarung = "cash:warung",
        /// The bank account.
        Bank = "bank",
        /// Owed by buyers for what they have.
        ReceivableBuyers = "receivable:buyers",
        /// Owed by one enterprise of the house; kept per partner.
        ReceivablePartner = "receivable:partner",
        /// Owed by people and shops outside the house.
        ReceivableOthers = "receivable:others",
        /// Finished goods, at what they cost.
        Stock = "stock",
        /// Goods at a warung that are still hers, at what they cost; kept per partner.
        StockConsigned = "stock:consigned",
        /// Raw material and packaging not used yet, at what they cost.
        Materials = "materials",
        /// Owed to one enterprise of the house; kept per partner.
        PayablePartner = "payable:partner",
        /// Owed to suppliers outside the house.
        PayableOthers = "payable:others",
        /// Paid by buyers for what they do not have yet, and what they paid too much.
        AdvancesBuyers = "advances:buyers",
        /// Owed back to buyers.
        RefundsBuyers = "refunds:buyers",
        /// Borrowed money.
        Loans = "loans",
        /// What the owner put in.
        Capital = "capital",
        /// Money given for good; not earned, so not income.
        Grants = "grants",
        /// What the owner took out for the household.
        Draws = "draws",
        /// Sales through orders placed here.
        SalesOnline = "sales:online",
        /// Sales agreed by messenger.
        SalesChat = "sales:chat",
        /// Sales agreed by telephone.
        SalesPhone = "sales:phone",
        /// Sales at the door or on the way.
        SalesInPerson = "sales:in_person",
        /// Sales at a culinary market.
        SalesMarketStall = "sales:market_stall",
        /// Sales to a warung that bought the goods.
        SalesWarung = "sales:warung",
        /// Sales by a warung that held the goods in consignment.
        SalesConsignment = "sales:consignment",
        /// Sales of raw material and the like to another enterprise.
        SalesSupply = "sales:supply",
        /// Delivery paid by buyers.
        IncomeDelivery = "income:delivery",
        /// A warung's share of what it sold for others.
        IncomeConsignment = "income:consignment",
        /// Other earnings.
        IncomeOther = "income:other",
        /// What the goods sold had cost, where stock is kept at cost.
        CostGoods = "cost:goods",
        /// Raw material and packaging used, or bought where none is kept in stock.
        CostMaterials = "cost:materials",
        /// Goods that went bad or broke.
        CostSpoilage = "cost:spoilage",
        /// Delivery paid by the seller.
        CostDelivery = "cost:delivery",
        /// The share a warung keeps of what it sold.
        CostConsignment = "cost:consignment",
        /// Other costs: gas, electricity, transport, a stall.
        CostOther = "cost:other",
        /// Cash that was counted differently from what the books say.
        CashDifference = "cash_difference",
        /// Amounts rounded to what can be paid in coins.
        Rounding = "rounding",
    }
}

word_enum! {
    /// What an account is in the statements.
    Class as "LedgerClass" {
        /// What she has.
        Asset = "asset",
        /// What she owes.
        Liability = "liability",
        /// What is hers.
        Equity = "equity",
        /// What she earned.
        Income = "income",
        /// What earning it cost.
        Cost = "cost",
    }
}

impl Account {
    /// Which part of the statements it belongs to.
    #[must_use]
    pub const fn class(self) -> Class {
        match self {
            Self::CashSeller
            | Self::CashCourier
            | Self::CashWarung
            | Self::Bank
            | Self::ReceivableBuyers
            | Self::ReceivablePartner
            | Self::ReceivableOthers
            | Self::Stock
            | Self::StockConsigned
            | Self::Materials => Class::Asset,
            Self::PayablePartner | Self::PayableOthers | Self::AdvancesBuyers | Self::RefundsBuyers | Self::Loans => Class::Liability,
            Self::Capital | Self::Grants | Self::Draws => Class::Equity,
            Self::SalesOnline
            | Self::SalesChat
            | Self::SalesPhone
            | Self::SalesInPerson
            | Self::SalesMarketStall
            | Self::SalesWarung
            | Self::SalesConsignment
            | Self::SalesSupply
            | Self::IncomeDelivery
            | Self::IncomeConsignment
            | Self::IncomeOther => Class::Income,
            Self::CostGoods
            | Self::CostMaterials
            | Self::CostSpoilage
            | Self::CostDelivery
            | Self::CostConsignment
            | Self::CostOther
            | Self::CashDifference
            | Self::Rounding => Class::Cost,
        }
    }

    /// Whether it is kept per partner enterprise.
    #[must_use]
    pub const fn per_partner(self) -> bool {
        matches!(self, Self::ReceivablePartner | Self::PayablePartner | Self::StockConsigned)
    }

    /// The part of this account that is about `partner`.
    #[must_use]
    pub const fn with(self, partner: EnterpriseId) -> Place {
        Place { account: self, partner: Some(partner) }
    }

    /// The account that sales through `channel` go to.
    #[must_use]
    pub const fn sales(channel: Channel) -> Self {
        match channel {
            Channel::Online => Self::SalesOnline,
            Channel::Chat => Self::SalesChat,
            Channel::Phone => Self::SalesPhone,
            Channel::InPerson => Self::SalesInPerson,
            Channel::MarketStall => Self::SalesMarketStall,
            Channel::Warung => Self::SalesWarung,
            Channel::Consignment => Self::SalesConsignment,
            Channel::Supply => Self::SalesSupply,
        }
    }

    /// The account of the cash that `holder` has.
    #[must_use]
    pub const fn cash(holder: Holder) -> Self {
        match holder {
            Holder::Seller => Self::CashSeller,
            Holder::Courier => Self::CashCourier,
            Holder::Warung => Self::CashWarung,
        }
    }
}

word_enum! {
    /// The way something was sold.
    Channel {
        /// Ordered here.
        Online = "online",
        /// Agreed by messenger.
        Chat = "chat",
        /// Agreed by telephone.
        Phone = "phone",
        /// At the door or on the way.
        InPerson = "in_person",
        /// At a culinary market.
        MarketStall = "market_stall",
        /// To a warung that bought the goods.
        Warung = "warung",
        /// By a warung that held the goods in consignment.
        Consignment = "consignment",
        /// To another enterprise, as its raw material.
        Supply = "supply",
    }
}

word_enum! {
    /// Who has the cash.
    Holder as "CashHolder" {
        /// The owner.
        Seller = "seller",
        /// Whoever brings the goods.
        Courier = "courier",
        /// A warung that sells for her.
        Warung = "warung",
    }
}

word_enum! {
    /// How a figure is known.
    Evidence {
        /// An order or another act in this system made it.
        System = "system",
        /// The owner wrote it down.
        Recorded = "recorded",
        /// Somebody guessed it afterwards.
        Estimate = "estimate",
    }
}

word_enum! {
    /// Why money or goods moved.
    Movement {
        /// Goods were handed over to a buyer.
        Sale = "sale",
        /// A buyer paid.
        PaymentReceived = "payment_received",
        /// Money that had been confirmed was not there.
        PaymentReversed = "payment_reversed",
        /// Something was wrong with the goods and was made good.
        ClaimSettled = "claim_settled",
        /// An order that had been paid was called off.
        RefundDue = "refund_due",
        /// Money went back to a buyer.
        RefundSent = "refund_sent",
        /// Delivery was earned.
        DeliveryFee = "delivery_fee",
        /// Cash went from one holder to another.
        CashMoved = "cash_moved",
        /// Goods were made of raw material.
        Production = "production",
        /// What goods sold had cost.
        CostOfGoods = "cost_of_goods",
        /// Goods went bad or broke.
        Spoilage = "spoilage",
        /// Stock was counted differently from what the books say.
        StockCounted = "stock_counted",
        /// Goods went to a warung and stayed hers.
        Consigned = "consigned",
        /// A warung sold goods it held for another.
        ConsignmentSold = "consignment_sold",
        /// Goods came back from a warung.
        ConsignmentReturned = "consignment_returned",
        /// Goods were supplied by one enterprise to another, to be paid later.
        Supplied = "supplied",
        /// A debt between two enterprises was paid.
        DebtSettled = "debt_settled",
        /// What a shared stall cost and brought was parted.
        StallShared = "stall_shared",
        /// Raw material was bought.
        Purchase = "purchase",
        /// Something else was paid for.
        Expense = "expense",
        /// The owner took money out.
        Draw = "draw",
        /// The owner put money in.
        CapitalIn = "capital_in",
        /// Something was earned in another way than by selling.
        OtherIncome = "other_income",
        /// Money was given.
        GrantIn = "grant_in",
        /// Money was borrowed.
        LoanIn = "loan_in",
        /// Borrowed money was paid back.
        LoanRepaid = "loan_repaid",
        /// A debt to someone outside was paid.
        DebtPaid = "debt_paid",
        /// Someone outside paid what she owed.
        DebtCollected = "debt_collected",
        /// Cash was counted differently from what the books say.
        CashCounted = "cash_counted",
        /// An entry was wrong; its opposite was entered.
        Reversal = "reversal",
    }
}

/// An account, or the part of it that is about one partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub account: Account,
    pub partner: Option<EnterpriseId>,
}

impl From<Account> for Place {
    fn from(account: Account) -> Self {
        Self { account, partner: None }
    }
}

/// An entry as it stands in the journal.
#[derive(Clone, Debug, Queryable)]
pub struct JournalRow {
    pub id: EntryId,
    pub reference: String,
    pub movement: Movement,
    pub evidence: Evidence,
    pub happened_at: Timestamp,
    pub business_date: NaiveDate,
    pub recorded_at: Timestamp,
    pub reverses_id: Option<EntryId>,
    pub mirror_id: Option<EntryId>,
}

/// One side of a movement.
#[derive(Clone, Debug, Queryable)]
pub struct PostingRow {
    pub entry_id: EntryId,
    pub position: i32,
    pub account: Account,
    pub partner: Option<EnterpriseId>,
    pub amount: Rupiah,
}

impl PostingRow {
    /// Where it moved something.
    #[must_use]
    pub const fn place(&self) -> Place {
        Place { account: self.account, partner: self.partner }
    }
}

/// What an account's postings sum to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    pub place: Place,
    /// Sum of debits, positive.
    pub debit: Rupiah,
    /// Sum of credits, positive.
    pub credit: Rupiah,
}

/// A month that was closed.
#[derive(Clone, Debug, Queryable)]
pub struct ClosedMonth {
    pub month: String,
    pub closed_by: AccountId,
    pub on_behalf_of: Option<EnterpriseId>,
    pub closed_at: Timestamp,
}

/// What a statement of one place is about.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub enterprise: EnterpriseId,
    pub place: Place,
    pub first: NaiveDate,
    pub last: NaiveDate,
}

/// Where a page of a statement ends: day, entry and position of its last line.
pub type Mark = (NaiveDate, EntryId, i32);

/// The balance before the first line, and the lines.
pub type Statement = (Rupiah, Vec<StatementLine>);

/// A posting with what its entry says of it.
#[derive(Clone, Debug, Queryable)]
pub struct StatementLine {
    pub entry_id: EntryId,
    pub position: i32,
    pub business_date: NaiveDate,
    pub reference: String,
    pub movement: Movement,
    pub evidence: Evidence,
    pub amount: Rupiah,
}

/// What of two enterprises' books is asked for, from the side of the first.
#[derive(Clone, Copy, Debug)]
pub struct Between {
    pub enterprise: EnterpriseId,
    pub partner: EnterpriseId,
    pub first: NaiveDate,
    pub last: NaiveDate,
}

/// A posting about what two enterprises owe each other: positive where the partner owes.
#[derive(Clone, Debug, Queryable)]
pub struct ClaimLine {
    pub entry_id: EntryId,
    pub position: i32,
    pub business_date: NaiveDate,
    pub reference: String,
    pub movement: Movement,
    pub evidence: Evidence,
    pub mirror_id: Option<EntryId>,
    pub amount: Rupiah,
}

//! Lines and forms of a statement.

use chrono::NaiveDate;

use crate::ledger::Account;
use kit::clock::Month;
use kit::money::Rupiah;
use kit::word_enum;
use people::enterprises::EnterpriseId;

word_enum! {
    /// A line of a statement, in the order in which they are shown.
    Line as "StatementLine" {
        SalesOnline = "sales_online",
        SalesChat = "sales_chat",
        SalesPhone = "sales_phone",
        SalesInPerson = "sales_in_person",
        SalesMarketStall = "sales_market_stall",
        SalesWarung = "sales_warung",
        SalesConsignment = "sales_consignment",
        SalesSupply = "sales_supply",
        Delivery = "delivery",
        ConsignmentIncome = "consignment_income",
        OtherIncome = "other_income",
        TotalIncome = "total_income",
        Materials = "materials",
        CostOfGoods = "cost_of_goods",
        GrossProfit = "gross_profit",
        Spoilage = "spoilage",
        DeliveryCost = "delivery_cost",
        ConsignmentCost = "consignment_cost",
        OtherCosts = "other_costs",
        CashDifference = "cash_difference",
        Rounding = "rounding",
        NetIncome = "net_income",
        Cash = "cash",
        Bank = "bank",
        Receivables = "receivables",
        Inventory = "inventory",
        TotalAssets = "total_assets",
        Payables = "payables",
        Advances = "advances",
        Refunds = "refunds",
        Loans = "loans",
        TotalLiabilities = "total_liabilities",
        Capital = "capital",
        Grants = "grants",
        Draws = "draws",
        RetainedEarnings = "retained_earnings",
        TotalEquity = "total_equity",
        TotalLiabilitiesAndEquity = "total_liabilities_and_equity",
    }
}

impl Line {
    /// The line that an account's figure stands in.
    #[must_use]
    pub const fn of(account: Account) -> Self {
        match account {
            Account::SalesOnline => Self::SalesOnline,
            Account::SalesChat => Self::SalesChat,
            Account::SalesPhone => Self::SalesPhone,
            Account::SalesInPerson => Self::SalesInPerson,
            Account::SalesMarketStall => Self::SalesMarketStall,
            Account::SalesWarung => Self::SalesWarung,
            Account::SalesConsignment => Self::SalesConsignment,
            Account::SalesSupply => Self::SalesSupply,
            Account::IncomeDelivery => Self::Delivery,
            Account::IncomeConsignment => Self::ConsignmentIncome,
            Account::IncomeOther => Self::OtherIncome,
            Account::CostMaterials => Self::Materials,
            Account::CostGoods => Self::CostOfGoods,
            Account::CostSpoilage => Self::Spoilage,
            Account::CostDelivery => Self::DeliveryCost,
            Account::CostConsignment => Self::ConsignmentCost,
            Account::CostOther => Self::OtherCosts,
            Account::CashDifference => Self::CashDifference,
            Account::Rounding => Self::Rounding,
            Account::CashSeller | Account::CashCourier | Account::CashWarung => Self::Cash,
            Account::Bank => Self::Bank,
            Account::ReceivableBuyers | Account::ReceivablePartner | Account::ReceivableOthers => Self::Receivables,
            Account::Stock | Account::StockConsigned | Account::Materials => Self::Inventory,
            Account::PayablePartner | Account::PayableOthers => Self::Payables,
            Account::AdvancesBuyers => Self::Advances,
            Account::RefundsBuyers => Self::Refunds,
            Account::Loans => Self::Loans,
            Account::Capital => Self::Capital,
            Account::Grants => Self::Grants,
            Account::Draws => Self::Draws,
        }
    }

    /// Whether it sums up lines before it.
    #[must_use]
    pub const fn is_total(self) -> bool {
        matches!(
            self,
            Self::TotalIncome
                | Self::GrossProfit
                | Self::NetIncome
                | Self::TotalAssets
                | Self::TotalLiabilities
                | Self::TotalEquity
                | Self::TotalLiabilitiesAndEquity
        )
    }
}

word_enum! {
    /// The form of a statement.
    Form as "StatementForm" {
        /// For programs.
        Json = "json",
        /// A page to print.
        Html = "html",
        /// For spreadsheets.
        Csv = "csv",
        /// For spreadsheets.
        Xlsx = "xlsx",
    }
}

word_enum! {
    /// What stands between the cells of a CSV file.
    Separator as "CsvSeparator" {
        /// As most programs expect it.
        Comma = "comma",
        /// As Excel expects it where a comma is the decimal sign, as in Indonesia.
        Semicolon = "semicolon",
    }
}

/// A figure of a statement.
pub type Row = (Line, Rupiah);

/// A statement of one month.
#[derive(Clone, Debug)]
pub struct Statement {
    pub enterprise: EnterpriseId,
    pub name: String,
    pub month: Month,
    /// The day of the balance sheet: the month's last, or today while it lasts.
    pub as_of: NaiveDate,
    /// Whether the month is closed, so that nothing in it can change.
    pub closed: bool,
    /// How much of what was counted this system knows itself, in basis points.
    pub evidence_share: Option<i64>,
    pub profit_and_loss: Vec<Row>,
    pub balance_sheet: Vec<Row>,
}

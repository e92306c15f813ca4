//! Who may do what. One file, one total `match`; services ask it beside the act.
//!
//! A person stands in a relation to a thing (she owns it, administers its village, bought it …).
//! [`allowed`] says which relations an action asks for. Who stands in none is told that there is no
//! such thing; who stands in one that is not enough is told that it is not hers to do.

use diesel::prelude::*;

use super::enterprises::{EnterpriseId, Kind, Role};
use super::villages::VillageId;
use kit::auth::{AccountId, Identity};
use kit::db::{Conn, DbError, Failure, Refusal};
use kit::http::Problem;
use kit::schema::{accounts, enterprises, members, sessions};
use kit::word_enum;

word_enum! {
    /// What someone wants to do.
    Action {
        /// Create a village or appoint its admins.
        ManageVillages = "manage_villages",
        /// See and change what a village decides for itself.
        RunVillage = "run_village",
        /// See an enterprise's own page, members and history.
        ViewEnterprise = "view_enterprise",
        /// Change what an enterprise says about itself, or submit it for review.
        EditEnterprise = "edit_enterprise",
        /// See and change how an enterprise takes money.
        ManagePaymentDetails = "manage_payment_details",
        /// Add or remove members.
        ManageMembers = "manage_members",
        /// Open an enterprise for someone, invite her, and decide on reviews.
        ReviewEnterprise = "review_enterprise",
        /// Write products, their prices and stock.
        WriteProduct = "write_product",
        /// Publish, return, reject or suspend products.
        ModerateProduct = "moderate_product",
        /// See an order, with the proofs of its payments.
        ViewOrder = "view_order",
        /// Take an order through the seller's steps.
        FulfilOrder = "fulfil_order",
        /// What is the buyer's to say: that she has paid, that she agrees, that something is wrong.
        BuyOrder = "buy_order",
        /// Complete an order or call it off; which side may do it when is a rule of orders.
        EndOrder = "end_order",
        /// See a claim about goods and the photos with it.
        ViewEvidence = "view_evidence",
        /// Decide what the two sides of an order could not settle: a claim about goods, a refund that is not seen.
        MediateClaim = "mediate_claim",
        /// See the books.
        ViewBooks = "view_books",
        /// Write into the books by hand, and say who else may read them.
        KeepBooks = "keep_books",
        /// Read the months of another enterprise's books that it has opened to this one.
        ReadOpenedBooks = "read_opened_books",
        /// Bind an enterprise to another: offer, answer and end agreements.
        Agree = "agree",
    }
}

word_enum! {
    /// How a person stands to a thing.
    Relation {
        /// Runs the installation.
        Operator = "operator",
        /// Member of the village's office.
        VillageAdmin = "village_admin",
        /// The village's office acting for someone without a phone.
        AssistingAdmin = "assisting_admin",
        /// Owner of the enterprise.
        Owner = "owner",
        /// Helps in the enterprise.
        Staff = "staff",
        /// Bought it.
        Buyer = "buyer",
    }
}

/// Which relations `action` asks for; one of them is enough.
#[must_use]
pub const fn allowed(action: Action) -> &'static [Relation] {
    use Relation::{AssistingAdmin, Buyer, Operator, Owner, Staff, VillageAdmin};
    match action {
        Action::ManageVillages => &[Operator],
        Action::ViewEnterprise => &[VillageAdmin, Owner, Staff],
        Action::EditEnterprise | Action::WriteProduct | Action::FulfilOrder => &[AssistingAdmin, Owner, Staff],
        Action::ManageMembers | Action::ManagePaymentDetails => &[AssistingAdmin, Owner],
        Action::RunVillage | Action::ReviewEnterprise | Action::ModerateProduct | Action::MediateClaim => &[VillageAdmin],
        Action::ViewEvidence => &[VillageAdmin, AssistingAdmin, Owner, Staff, Buyer],
        Action::ViewOrder | Action::EndOrder => &[AssistingAdmin, Owner, Staff, Buyer],
        Action::BuyOrder => &[Buyer],
        Action::ViewBooks | Action::KeepBooks | Action::Agree => &[AssistingAdmin, Owner],
        Action::ReadOpenedBooks => &[Owner, Staff],
    }
}

/// The thing acted on, as far as permission goes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Resource {
    /// The village it belongs to.
    pub village: Option<VillageId>,
    /// The enterprise it belongs to.
    pub enterprise: Option<EnterpriseId>,
    /// Who bought it.
    pub buyer: Option<AccountId>,
    /// Whether the enterprise is led by the village office for someone without a phone.
    pub assisted: bool,
}

/// By whose hand something moves, for whom, and why: what every event row keeps.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// Who acts.
    pub actor: AccountId,
    /// The enterprise the village office acts for.
    pub on_behalf_of: Option<EnterpriseId>,
    /// For the other side to read.
    pub reason: Option<&'a str>,
}

/// Why someone may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// The session was revoked or has run out.
    SessionEnded,
    /// For her there is no such thing.
    Hidden,
    /// She may know of it but not do this.
    Forbidden,
}
impl Refusal for Denied {}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::SessionEnded => Self::unauthorized("session_ended"),
            Denied::Hidden => Self::not_found(),
            Denied::Forbidden => Self::forbidden(),
        }
    }
}

/// A signed-in person with all she belongs to, as the database has it now.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The account.
    pub account: AccountId,
    operator: bool,
    memberships: Vec<Membership>,
}

type Membership = (EnterpriseId, Role, Kind, VillageId);

impl Principal {
    /// Whether she runs the installation.
    #[must_use]
    pub const fn is_operator(&self) -> bool {
        self.operator
    }

    /// Whether she is a member of `enterprise` herself.
    #[must_use]
    pub fn belongs_to(&self, enterprise: EnterpriseId) -> bool {
        self.memberships.iter().any(|(of, ..)| *of == enterprise)
    }

    /// The enterprises she is a member of.
    pub fn enterprises(&self) -> impl Iterator<Item = EnterpriseId> + '_ {
        self.memberships.iter().map(|(of, ..)| *of)
    }

    /// Whether what is sold here is hers to sell: her own, or one that the office sells for someone with her at the counter.
    #[must_use]
    pub fn acts_for(&self, resource: &Resource) -> bool {
        self.relations(resource).any(|relation| matches!(relation, Relation::Owner | Relation::Staff | Relation::AssistingAdmin))
    }

    fn relations<'a>(&'a self, resource: &'a Resource) -> impl Iterator<Item = Relation> + 'a {
        let in_office = |village: &VillageId| {
            self.memberships.iter().any(|(_, role, kind, of)| *kind == Kind::VillageOffice && *role == Role::Owner && of == village)
        };
        let admin = resource.village.as_ref().is_some_and(in_office);
        let roles =
            self.memberships.iter().filter(|(enterprise, ..)| Some(*enterprise) == resource.enterprise).map(|(_, role, ..)| match role {
                Role::Owner => Relation::Owner,
                Role::Staff => Relation::Staff,
            });
        let buyer = resource.buyer == Some(self.account);
        self.operator
            .then_some(Relation::Operator)
            .into_iter()
            .chain(admin.then_some(Relation::VillageAdmin))
            .chain((admin && resource.assisted).then_some(Relation::AssistingAdmin))
            .chain(roles)
            .chain(buyer.then_some(Relation::Buyer))
    }

    /// Whom she acts for when she is not of the house herself.
    #[must_use]
    pub fn on_behalf_of(&self, resource: &Resource) -> Option<EnterpriseId> {
        let own = self.relations(resource).any(|relation| matches!(relation, Relation::Owner | Relation::Staff));
        resource.enterprise.filter(|_| resource.assisted && !own)
    }
}

/// Loads the person behind `identity`, in one query.
///
/// # Errors
/// [`Denied::SessionEnded`] when the session is no longer good.
pub fn principal(conn: &mut Conn, identity: Identity, now: kit::clock::Timestamp) -> Result<Principal, Failure<Denied>> {
    let rows: Vec<(bool, Option<Membership>)> = sessions::table
        .inner_join(accounts::table)
        .left_join(members::table.inner_join(enterprises::table).on(members::account_id.eq(accounts::id)))
        .filter(sessions::id.eq(identity.session).and(sessions::account_id.eq(identity.account)))
        .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(now)))
        .select((accounts::operator, (enterprises::id, members::role, enterprises::kind, enterprises::village_id).nullable()))
        .load(conn)
        .map_err(DbError::from)?;
    let operator = rows.first().ok_or(Denied::SessionEnded)?.0;
    let memberships = rows.into_iter().filter_map(|(_, membership)| membership).collect();
    Ok(Principal { account: identity.account, operator, memberships })
}

/// Judges whether `who` may do `action` with `resource`.
///
/// # Errors
/// [`Denied::Hidden`] or [`Denied::Forbidden`].
pub fn authorize(who: &Principal, action: Action, resource: &Resource) -> Result<(), Denied> {
    let reviews = matches!(action, Action::ReviewEnterprise | Action::ModerateProduct | Action::MediateClaim);
    if reviews && who.relations(resource).any(|relation| matches!(relation, Relation::Owner | Relation::Staff)) {
        // Nobody reviews her own enterprise: it takes another admin of the village.
        return Err(Denied::Forbidden);
    }
    let mut related = false;
    for relation in who.relations(resource) {
        if allowed(action).contains(&relation) {
            return Ok(());
        }
        related |= relation != Relation::Operator;
    }
    Err(if related || action == Action::ManageVillages { Denied::Forbidden } else { Denied::Hidden })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_role_matrix_is_as_committed() {
        let mut matrix = String::new();
        for action in Action::ALL {
            let words: Vec<&str> = allowed(*action).iter().map(|relation| relation.word()).collect();
            matrix.push_str(&format!("{:<22} {}\n", action.word(), words.join(" ")));
        }
        insta::assert_snapshot!(matrix);
    }

    #[test]
    fn strangers_learn_nothing_and_neighbours_are_told() {
        let (village, shop) = (VillageId::new(), EnterpriseId::new());
        let resource = Resource { village: Some(village), enterprise: Some(shop), ..Resource::default() };
        let person = |memberships| Principal { account: AccountId::new(), operator: false, memberships };
        let stranger = person(vec![]);
        let staff = person(vec![(shop, Role::Staff, Kind::HomeIndustry, village)]);
        let admin = person(vec![(EnterpriseId::new(), Role::Owner, Kind::VillageOffice, village)]);
        assert_eq!(authorize(&stranger, Action::ViewBooks, &resource), Err(Denied::Hidden));
        assert_eq!(authorize(&staff, Action::ViewBooks, &resource), Err(Denied::Forbidden));
        assert_eq!(authorize(&staff, Action::WriteProduct, &resource), Ok(()));
        assert_eq!(authorize(&admin, Action::WriteProduct, &resource), Err(Denied::Forbidden), "only for an assisted enterprise");
        let assisted = Resource { assisted: true, ..resource };
        assert_eq!(authorize(&admin, Action::WriteProduct, &assisted), Ok(()));
        let both = person(vec![
            (EnterpriseId::new(), Role::Owner, Kind::VillageOffice, village),
            (shop, Role::Owner, Kind::HomeIndustry, village),
        ]);
        assert_eq!(authorize(&admin, Action::ReviewEnterprise, &resource), Ok(()));
        assert_eq!(authorize(&both, Action::ReviewEnterprise, &resource), Err(Denied::Forbidden), "nobody reviews her own");
        let clerk = person(vec![(EnterpriseId::new(), Role::Staff, Kind::VillageOffice, village)]);
        assert_eq!(authorize(&clerk, Action::ReviewEnterprise, &resource), Err(Denied::Hidden), "an office's staff decides nothing");
        assert_eq!(admin.on_behalf_of(&assisted), Some(shop));
        assert_eq!(staff.on_behalf_of(&assisted), None);
    }
}

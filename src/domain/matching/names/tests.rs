use super::*;

fn tenant(display: &str, given: Option<&str>, surname: Option<&str>) -> TenantUser {
    crate::domain::people::TenantUserParts {
        id: "00000000-0000-4000-8000-000000000001".parse().unwrap(),
        display_name: display.into(),
        given_name: given.map(Into::into),
        surname: surname.map(Into::into),
        user_principal_name: "x@contoso.com".into(),
        mail: None,
        other_mails: Box::new([]),
        proxy_addresses: Box::new([]),
        identity_addresses: Box::new([]),
        user_type: None,
        enabled: Some(true),
        pending: false,
        deleted: false,
        mail_nickname: None,
        sam_account_name: None,
        created: None,
    }
    .into()
}

fn verdict_of(own: &str, given: &str, surname: &str) -> Verdict {
    let user = tenant(&format!("{given} {surname}"), Some(given), Some(surname));
    compare(&Name::of_display(own), &Name::of_tenant(&user)).verdict
}

#[test]
fn one_person_in_many_spellings() {
    for (own, given, surname) in [
        ("Jürgen Müller", "Juergen", "Mueller"),
        ("Muller, Jurgen", "Jürgen", "Müller"),
        ("MÜLLER Jürgen", "Jürgen", "Müller"),
        ("Djordje Petrovic (Contractor)", "Đorđe", "Petrović"),
        ("Søren Ødegård", "Soeren", "Odegaard"),
        ("Bob Smith", "Robert", "Smith"),
        ("Wouter vanderBerg", "Wouter", "van der Berg"),
        ("Sjoerd Berg", "Sjoerd", "van der Berg"),
        ("Maria Garcia", "María José", "García Márquez"),
        ("OBrien, Sean", "Seán", "O’Brien"),
        ("Jean Pierre Cote", "Jean-Pierre", "Côté"),
        ("anna.lindqvist", "Anna", "Lindqvist"),
        ("Louise A. Campbell", "Louise", "Campbell"),
        ("Kaitkin Katarski", "Kaitlin", "Katarski"),
        ("佐藤健太", "健太", "佐藤"),
        ("健太 佐藤", "健太", "佐藤"),
        ("Dmitry Zhukov", "Дмитрий", "Жуков"),
        ("Dr. Hanna Vogt", "Hanna", "Vogt"),
        ("Isil Kilic", "Işıl", "Kılıç"),
        ("Thora Hjorleifsson", "Þóra", "Hjörleifsson"),
        ("Pawel Wojcik", "Paweł", "Wójcik"),
        ("Duc Dang", "Minh Đức", "Đặng"),
        ("Nguyen Van An", "Văn An", "Nguyễn"),
        ("Giorgos Papadopoulos", "Γιώργος", "Παπαδόπουλος"),
        ("George Papadopoulos", "Γιώργος", "Παπαδόπουλος"),
        ("Yulia Shcherbakova", "Юлия", "Щербакова"),
        ("B. Ever Ett Benjamin", "Benjamin", "Everett"),
        ("Khadija Benyoussef", "Khadija", "Ben Youssef"),
        ("Lee Xiaoming", "Xiaoming", "Li"),
        ("Park Jihoon", "Ji-hoon", "Pak"),
        ("jane.doe@contoso.com", "Jane", "Doe"),
        ("Anna-Maria Lind", "Anna Maria", "Lind"),
    ] {
        assert_eq!(verdict_of(own, given, surname), Verdict::Agrees, "{own} / {given} {surname}");
    }
}

#[test]
fn a_part_that_is_missing_or_short_fits() {
    for (own, given, surname) in [
        ("J. Smith", "John", "Smith"),
        ("John S.", "John", "Smith"),
        ("Smith, J.", "John", "Smith"),
        ("Sophie", "Sophie", "Masolatti"),
        ("jsmith85", "John", "Smith"),
        ("mappletree06", "Mikhaili", "Appletree"),
        ("B. Ever Ett", "Benjamin", "Everett"),
        ("K. Benyoussef", "Khadija", "Ben Youssef"),
        ("Þ. Hjorleifsson", "Þóra", "Hjörleifsson"),
        ("H. Papadopoulos", "Eleni", "Papadopoulos"),
        ("Si Coulson", "Silas", "Coulson"),
        // read, not written: different characters sound alike
        ("Xiaoming Wang", "小明", "王"),
        ("WANG Xiao Ming", "小明", "王"),
        ("Wong Xiaoming", "小明", "王"),
        ("Min-jun Kim", "민준", "김"),
        ("Seoyeon Lee", "서연", "이"),
        ("Jihoon Park", "지훈", "박"),
        ("Choi Ha-eun", "하은", "최"),
        ("Kenta Sato", "けんた", "さとう"),
        ("王小明", "Xiaoming", "Wang"),
        ("김민준", "Minjun", "Kim"),
        ("欧阳伟", "Wei", "Ouyang"),
        ("Mohammed Haddad", "محمد", "حداد"),
    ] {
        assert_eq!(verdict_of(own, given, surname), Verdict::Fits, "{own} / {given} {surname}");
    }
}

#[test]
fn plainly_another_person_contradicts() {
    for (own, given, surname) in [
        ("Jane Doe", "Peter", "Miller"),
        ("Jane Smith", "Peter", "Smith"),
        ("Smith, Jane", "Peter", "Smith"),
        ("P. Miller", "Jane", "Smith"),
        ("佐藤健太", "伟", "王"),
        ("佐藤健太", "陽子", "佐藤"),
    ] {
        assert_eq!(verdict_of(own, given, surname), Verdict::Contradicts, "{own} / {given} {surname}");
    }
}

#[test]
fn what_says_nothing_does_not_contradict() {
    assert_eq!(verdict_of("Kenta Sato", "健太", "佐藤"), Verdict::Unknown, "two scripts");
    assert_eq!(verdict_of("", "Jane", "Doe"), Verdict::Unknown);
    assert_eq!(verdict_of("🦀", "Jane", "Doe"), Verdict::Unknown);
    assert_ne!(verdict_of("codeninja77", "Jane", "Doe"), Verdict::Contradicts, "a handle is no name");
    assert_eq!(verdict_of("Anna Berg", "Anna", "Lind"), Verdict::Doubt, "people marry");
    assert_eq!(verdict_of("P. Smith", "Jane", "Smith"), Verdict::Doubt);
    assert_eq!(
        verdict_of("Peter J. Smith", "Jane", "Smith"),
        Verdict::Contradicts,
        "a middle initial is no given name"
    );
    assert_eq!(verdict_of("Anna B. Carter", "Anna", "Berg"), Verdict::Doubt, "nor a surname");
    for (own, given) in
        [("Martin", "Martina"), ("Mario", "Maria"), ("Julian", "Julia"), ("Alexander", "Alexandra")]
    {
        assert_eq!(verdict_of(&format!("{own} Weber"), given, "Weber"), Verdict::Doubt, "{own} {given}");
    }
    assert_eq!(
        verdict_of("Kenta Sato", "伟", "王"),
        Verdict::Unknown,
        "characters are read in more than one way"
    );
    assert_eq!(verdict_of("Seoyeon Park", "민준", "김"), Verdict::Doubt, "an alphabet is read in one");
    assert_eq!(verdict_of("Nicholas Berg", "Nikita", "Berg"), Verdict::Contradicts);
    assert_eq!(verdict_of("Kirra Berg", "Kydan", "Berg"), Verdict::Contradicts);
    assert_eq!(
        verdict_of("Lee Berg", "Levi", "Berg"),
        Verdict::Doubt,
        "a letter weighs much in a short name"
    );
}

#[test]
fn a_tenant_without_name_fields_is_read_by_its_display_name() {
    let display = |text: &str| Name::of_tenant(&tenant(text, None, None));
    let own = Name::of_display("Jane Doe");
    assert_eq!(compare(&own, &display("Doe, Jane")).verdict, Verdict::Agrees);
    assert_eq!(compare(&own, &display("Jane Doe (Sales)")).verdict, Verdict::Agrees);
    assert_eq!(compare(&own, &display("Peter Miller")).verdict, Verdict::Contradicts);
}

#[test]
fn whole_agreement_scores_above_part() {
    let score = |own: &str| {
        compare(&Name::of_display(own), &Name::of_tenant(&tenant("John Smith", Some("John"), Some("Smith"))))
            .score
    };
    let order =
        [score("John Smith"), score("Jon Smith"), score("J. Smith"), score("John"), score("Peter Miller")];
    assert!(order.windows(2).all(|pair| pair[0] > pair[1]), "{order:?}");
}

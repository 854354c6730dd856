//! The country of a customer: of a phone number by the code that it begins with, of a business-scoped user id by the
//! letters that it begins with.

/// Calling codes, each with its country (ISO 3166). Where countries share one, the digits after it tell.
const CODES: &str = "
    1US 1204CA 1226CA 1236CA 1249CA 1250CA 1257CA 1263CA 1289CA 1306CA 1343CA 1354CA 1365CA 1367CA 1368CA 1382CA
    1403CA 1416CA 1418CA 1428CA 1431CA 1437CA 1438CA 1450CA 1460CA 1468CA 1474CA 1506CA 1514CA 1519CA 1537CA 1548CA
    1568CA 1579CA 1581CA 1584CA 1587CA 1604CA 1613CA 1639CA 1647CA 1672CA 1683CA 1705CA 1709CA 1742CA 1753CA 1778CA
    1780CA 1782CA 1807CA 1819CA 1825CA 1867CA 1873CA 1879CA 1902CA 1905CA 1942CA
    1242BS 1246BB 1264AI 1268AG 1284VG 1340VI 1345KY 1441BM 1473GD 1649TC 1658JM 1664MS 1670MP 1671GU 1684AS 1721SX
    1758LC 1767DM 1784VC 1787PR 1809DO 1829DO 1849DO 1868TT 1869KN 1876JM 1939PR
    20EG 211SS 212MA 213DZ 216TN 218LY 220GM 221SN 222MR 223ML 224GN 225CI 226BF 227NE 228TG 229BJ 230MU 231LR 232SL
    233GH 234NG 235TD 236CF 237CM 238CV 239ST 240GQ 241GA 242CG 243CD 244AO 245GW 246IO 247AC 248SC 249SD 250RW 251ET
    252SO 253DJ 254KE 255TZ 256UG 257BI 258MZ 260ZM 261MG 262RE 262269YT 262639YT 263ZW 264NA 265MW 266LS 267BW 268SZ
    269KM 27ZA 290SH 291ER 297AW 298FO 299GL
    30GR 31NL 32BE 33FR 34ES 350GI 351PT 352LU 353IE 354IS 355AL 356MT 357CY 358FI 35818AX 359BG 36HU 370LT 371LV 372EE
    373MD 374AM 375BY 376AD 377MC 378SM 379VA 380UA 381RS 382ME 383XK 385HR 386SI 387BA 389MK 39IT 3906698VA
    40RO 41CH 420CZ 421SK 423LI 43AT 44GB 441481GG 447781GG 447839GG 447911GG 441534JE 447509JE 447797JE 447937JE
    441624IM 447524IM 447624IM 447924IM 45DK 46SE 47NO 4779SJ 48PL 49DE
    500FK 501BZ 502GT 503SV 504HN 505NI 506CR 507PA 508PM 509HT 51PE 52MX 53CU 54AR 55BR 56CL 57CO 58VE 590GP 591BO
    592GY 593EC 594GF 595PY 596MQ 597SR 598UY 599BQ 5999CW
    60MY 61AU 6189162CC 6189164CX 62ID 63PH 64NZ 65SG 66TH 670TL 672NF 673BN 674NR 675PG 676TO 677SB 678VU 679FJ 680PW
    681WF 682CK 683NU 685WS 686KI 687NC 688TV 689PF 690TK 691FM 692MH
    7RU 76KZ 77KZ 81JP 82KR 84VN 850KP 852HK 853MO 855KH 856LA 86CN 880BD 886TW
    90TR 91IN 92PK 93AF 94LK 95MM 960MV 961LB 962JO 963SY 964IQ 965KW 966SA 967YE 968OM 970PS 971AE 972IL 973BH 974QA
    975BT 976MN 977NP 98IR 992TJ 993TM 994AZ 995GE 996KG 998UZ";

/// The country of a number in digits, the calling code first.
pub fn of_number(digits: &str) -> Option<&'static str> {
    let fits = CODES.split_ascii_whitespace().filter_map(|entry| {
        let (code, country) = entry.split_at(entry.len().checked_sub(2)?);
        digits.starts_with(code).then_some((code.len(), country))
    });
    fits.max_by_key(|(length, _)| *length).map(|(_, country)| country)
}

/// The country of a business-scoped user id (`DE.…`).
pub fn of_user_id(id: &str) -> Option<&str> {
    let (country, rest) = id.split_once('.')?;
    let letters = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    (letters && !rest.is_empty()).then_some(country)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_number_is_of_the_country_that_its_first_digits_tell() {
        for (digits, country) in [
            ("4917139200099", "DE"),
            ("15551234567", "US"),
            ("14165550100", "CA"),
            ("18095550100", "DO"),
            ("79161234567", "RU"),
            ("77011234567", "KZ"),
            ("447911123456", "GG"),
            ("447700900123", "GB"),
            ("5999123456", "CW"),
            ("393331234567", "IT"),
            ("996555123456", "KG"),
        ] {
            assert_eq!(of_number(digits), Some(country), "{digits}");
        }
        assert_eq!((of_number("0301234"), of_number(""), of_number("8001234567")), (None, None, None));
    }

    #[test]
    fn a_user_id_begins_with_its_country() {
        assert_eq!(of_user_id("BR.13491208655302741918"), Some("BR"));
        assert_eq!((of_user_id("nobody"), of_user_id("us.1"), of_user_id("US.")), (None, None, None));
    }

    #[test]
    fn every_code_is_there_once_and_whole() {
        let mut seen = HashSet::new();
        for entry in CODES.split_ascii_whitespace() {
            let (code, country) = entry.split_at(entry.len() - 2);
            assert!(!code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit()), "{entry}");
            assert!(country.bytes().all(|byte| byte.is_ascii_uppercase()) && seen.insert(code), "{entry}");
        }
    }
}

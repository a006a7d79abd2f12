//! Short and familiar forms of given names. A person may go by one in the organization and by the other in the directory.
//!
//! Made by hand for this project from common knowledge, under the project's own licence; no published table was copied. Each
//! line is a group: its members stand for each other. A name may be in several
//! groups. The table never makes two people the same: it only keeps two forms from counting as a contradiction, and lets
//! them be found.

use std::collections::HashMap;
use std::sync::OnceLock;

/// The groups, folded.
const GROUPS: &str = "
abigail abby abbie gail
abraham abe bram
adelaide addie ada heidi
albert al bert albie
alexander alex al sandy xander lex alec sasha alek aleksandar aleksander alexandre alejandro
alexandra alex sandra sandy lexi alexa sasha xandra ali
alfred al fred alf alfie freddie
alison alice ali allie alicia
amanda mandy manda
amelia amy millie mia emily
andrew andy drew andreas anders andre andrea andrei
angela angie angelina angelica lina
ann anna anne annie nan nancy hannah anja
anthony tony ant antonio anton toni
archibald archie
arthur art artie
augustus gus august
barbara barb babs barbie bobbie
benjamin ben benny bennie benji benjy benedict
bernard bernie bern barney
bradley brad bradford
brian bryan
bridget biddy bridie britt
caitlin kate cait katelyn kaitlin katie kaitlyn
cameron cam camron
campbell cam
wilson will willy
caroline carol carrie carolyn lina
catherine kate cathy katie kathy kit kitty cat cathryn katherine kathryn katharine kathleen katrina catrina karen kay rina
charles charlie chuck chas carl karl carlos
charlotte charlie lottie lotte lotta sherry
christian chris christopher
christina chris chrissie tina christine kirsten kirsty kristin kristina krista
christopher chris kit topher kris christoph
clara claire clare
claudia claudette
clifford cliff
cornelius neil con corey
cynthia cindy
daniel dan danny danni
danielle dani daniela danni elle
david dave davey davie
deborah deb debbie debra
dennis denny den
dominic dom nick nicky dominik
donald don donny
dorothy dot dottie dolly dora
douglas doug dougie
edmund ed eddie ted ned
edward ed eddie ted teddy ned eduard eduardo
edwin ed eddie win
eleanor ellie nell nora elle leonora lena elaine elenor
elizabeth liz beth betty lizzie lizzy eliza libby elsie lisa bess elisabeth ella ellie lily liza elise isabel
ellen nell ellie helen
emily em emmy millie
emma em emmy
ernest ernie ernst
esther essie hester
eugene gene
eva eve evie evelyn aoife ava
ferdinand ferdi fernando
florence flo flossie
frances fran franny francesca frankie
francis frank frankie fran francisco franz francois
franklin frank
frederick fred freddie fritz rick friedrich frederik
gabriel gabe
gabriella gabby ella gabriela gabi gabrielle
geoffrey geoff jeff jeffrey
george georgie giorgos jorge georg georgios
georgia georgie georgina gina
gerald gerry jerry gerard gerhard
gilbert gil bert
giuseppe beppe joseph peppe
gregory greg gregor
gwendolyn gwen wendy
hannah anna hanne
harold harry hal
harriet hattie harry
helen nell ellie helena lena eleni elena ilona
henry harry hank hal heinrich henri henrik
herbert herb bert
howard howie
hubert hugh bert
hugh hughie hugo
irene rena
isaac ike zac
isabella bella izzy izzie isabel isobel belle isabelle tibbie isa ibby
jacob jake jack jaap jaco jakob
jacqueline jackie jacqui
james jim jimmy jimmie jamie jem diego jaime
jane janet janie jenny jan
janet jan jane
jason jay
jean jeanne jeanette jeannie
jennifer jen jenny jenna
jeremy jem jerry jeremiah jez
jemima jem mima
lauren ren laurie
jessica jess jessie
joan joanie jo
joanna jo joanne joan
john jack johnny jon jonathan johan johannes hans ivan juan giovanni jan ian sean
jonathan jon john johnny nathan
joseph joe joey jo jose josef pepe
josephine jo josie fina
joshua josh joshy
judith judy jude
julia julie jules yulia juliet
julian jules
karl carl
kenneth ken kenny
kimberly kim kimberley
krishnamurthy krishna
lachlan lachie
laura laurie lauren lora
lawrence larry lars laurie lorenz laurence
leonard len leo lenny leon
leslie les
lillian lily lil lilian
louis lou louie lewis luis ludwig
louise lou louisa lulu
lucas luke luca lukas
lucy lucille lucinda lucia
madeleine magda maddie maddy maddi madge madison madeline lena
magdalena magda lena
malgorzata gosia margaret
margaret maggie meg peggy marge greta rita madge margot daisy peg margarita margarete
maria mary marie mia marija ria
marjorie marge margie
mark marc marcus marco markus
martha marty patty
martin marty
mary molly polly mae mamie maria marie may
matilda tilly mattie
matthew matt matty matthias mathias matteo matthieu thijs thys
maurice morris moe
maximilian max maxim maxwell maximillian
megan meg
melissa mel missy lissa
melanie mel
michael mike mick mickey micky mikey micah mitch michal mikhail miguel michel
michelle shelly chelle mich
mildred millie milly
miranda mandy randy
miriam mim mimi mia
mitchell mitch
mohammed mohamed muhammad mo mohammad
natalie nat talie nattie natasha natalia
natasha tasha nat
nathan nate nat
nathaniel nate nat nathan
nicholas nick nicky nickie nico nicolas klaus claus klaas claas claes niklas nikolaus nikolai
nicole nicky nikki nic nicola
nikola nick
norman norm
oliver ollie olly
olivia liv livvy ollie
oscar ossie
pamela pam
patricia pat patty tricia trish patsy
patrick pat paddy rick padraig patricio
paul pauly pavel pawel pablo paolo
paula polly pauline
penelope penny
peter pete pedro pierre piotr petr
philip phil pip phillip felipe
phillipa pippa philippa
priscilla cilla
rachel rae shelly rachael
raymond ray
rebecca becky becca bec beck
reginald reg reggie
richard rick dick rich ricky richie dickie dicky ricardo
robert bob rob bobby robbie robby bert robin roberto dob hob
roberta bobbie bobby berta
roderick rod rick
rodney rod
roger rodge
roland rollo rolly
ronald ron ronnie
rosemary rose rosie
roxanne roxy
russell russ rusty
samantha sam sammy
samuel sam sammy
sandra sandy
sarah sara sally sadie
scott scotty
sebastian seb bas bastian
sharon shari
sigmund sig
simon si
sophie sophia sofia sofie
stanley stan
stephanie steph stevie steffi
stephen steve stevie stefan steven stephan stefano esteban
stuart stu stewart
susan sue susie suzy susanna susannah suzanne sanna
sydney sid sidney syd
tatiana tanya tania
teresa terry tess tessa theresa tracy
terence terry
thaddeus tad ted
theodore ted teddy theo theodor
thomas tom tommy
timothy tim timmy
tobias toby
ulrich uli ulli
valerie val
venkatesh venkat
veronica ronnie vera roni
victor vic viktor
victoria vicky vic tori tory vickie vikki
vincent vince vin
virginia ginny ginger
vladimir vlad vova volodya
walter walt wally
wendy gwen
wilhelm will willi helmut
wilfred fred wilf
solomon sol solly
alyssa ally alissa
graham grahame
zoe zoey
william bill will billy willy liam wilhelm guillermo
winifred win winnie freda
yusuf joseph youssef yousef
zachary zac zach zack zak zakk zachy zacky zeke zachariah
ekaterina katya katia
aleksandr sasha alexander
dmitri dima dmitry dimitri dimitris
sergei seryozha sergey
wojciech wojtek
agnieszka aga
gijsbert gijs
xuemei mei may
padraig patrick
jasper casper kaspar
ezekiel zeke
chloe clo
";

/// Family names of East Asia as people write them in Latin letters: by the standard, by another standard, by another
/// language's reading of the same character.
const SURNAMES: &str = "
chen chan tan chin
zhang chang cheung teo
wang wong ong
li lee lei
liu lau liew
huang wong ng hwang
lin lam lim
wu ng goh
zhou chow chou chew
xu hsu tsui hui chui
zheng cheng tay
cai tsai choi chua
xie hsieh tse
yang yeung yeo
he ho
lu lyu lui lo
guo kuo kwok
zeng tseng tsang
zhu chu choo
ye yip yeh
liang leung
zhao chao chiu
jiang chiang keung
qiu chiu yau
ouyang auyeung
situ szeto
feng fung
tang tong
kim gim
yi lee rhee ri
park pak bak
choi choe
jung jeong chung cheong
cho jo
kang gang
yoon yun
jang chang
lim im rim
shin sin
kwon gwon
ryu yoo yu lyu
jeon jun chun
ko koh go
noh roh no
baek paik
woo wu
joo ju chu
";

/// The groups, and their numbers by name.
struct Table {
    groups: Vec<&'static str>,
    numbers: HashMap<&'static str, Vec<u16>>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let groups: Vec<&'static str> =
            GROUPS.lines().chain(SURNAMES.lines()).filter(|line| !line.is_empty()).collect();
        let mut table: HashMap<&'static str, Vec<u16>> = HashMap::new();
        for (number, group) in (0_u16..).zip(&groups) {
            for name in group.split(' ') {
                let numbers = table.entry(name).or_default();
                if numbers.last() != Some(&number) {
                    numbers.push(number);
                }
            }
        }
        Table { groups, numbers: table }
    })
}

impl Table {
    /// The groups that this name is in.
    fn groups_of(&self, name: &str) -> impl Iterator<Item = &'static str> {
        let numbers = self.numbers.get(name).map(Vec::as_slice).unwrap_or_default();
        numbers.iter().filter_map(|at| self.groups.get(usize::from(*at)).copied())
    }
}

/// Whether two folded names may be forms of one.
pub fn alike(one: &str, other: &str) -> bool {
    let numbers = &table().numbers;
    match (numbers.get(one), numbers.get(other)) {
        (Some(a), Some(b)) => a.iter().any(|number| b.contains(number)),
        _ => false,
    }
}

/// Whether a familiar form of this given name begins with this letter.
pub fn any_begins(name: &str, letter: &str) -> bool {
    table().groups_of(name).flat_map(|group| group.split(' ')).any(|form| form.starts_with(letter))
}

/// The other forms of a folded name, in the order of the table.
pub fn forms(name: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    for form in table().groups_of(name).flat_map(|group| group.split(' ')) {
        if form != name && !found.contains(&form) {
            found.push(form);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn familiar_forms_are_alike_both_ways() {
        assert!(alike("robert", "bob") && alike("bob", "robert"));
        assert!(!alike("robert", "susan"));
        assert!(!alike("zebediah", "zebediah"), "unknown names are not in the table");
        assert!(forms("bill").contains(&"william"));
    }

    #[test]
    fn every_name_is_folded() {
        assert!(
            GROUPS.chars().chain(SURNAMES.chars()).all(|c| c.is_ascii_lowercase() || c == ' ' || c == '\n')
        );
    }
}

package io.httpconnector.internal.text;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The named character references of HTML that stand for a character of a secret. */
final class HtmlEntities {

    private static final Map<String, Integer> BY_NAME = Map.ofEntries(
            entity("quot", '"'),
            entity("QUOT", '"'),
            entity("amp", '&'),
            entity("AMP", '&'),
            entity("apos", '\''),
            entity("lt", '<'),
            entity("LT", '<'),
            entity("gt", '>'),
            entity("GT", '>'),
            entity("nbsp", '\u00a0'),
            entity("excl", '!'),
            entity("num", '#'),
            entity("dollar", '$'),
            entity("percnt", '%'),
            entity("lpar", '('),
            entity("rpar", ')'),
            entity("ast", '*'),
            entity("midast", '*'),
            entity("plus", '+'),
            entity("comma", ','),
            entity("period", '.'),
            entity("sol", '/'),
            entity("colon", ':'),
            entity("semi", ';'),
            entity("equals", '='),
            entity("quest", '?'),
            entity("commat", '@'),
            entity("lsqb", '['),
            entity("lbrack", '['),
            entity("bsol", '\\'),
            entity("rsqb", ']'),
            entity("rbrack", ']'),
            entity("Hat", '^'),
            entity("lowbar", '_'),
            entity("UnderBar", '_'),
            entity("grave", '`'),
            entity("DiacriticalGrave", '`'),
            entity("lcub", '{'),
            entity("lbrace", '{'),
            entity("verbar", '|'),
            entity("vert", '|'),
            entity("VerticalLine", '|'),
            entity("rcub", '}'),
            entity("rbrace", '}'),
            entity("Tab", '\t'),
            entity("NewLine", '\n'),
            entity("hyphen", '\u2010'),
            entity("euro", '€'));

    /** The oldest names, which browsers also read without a semicolon. */
    private static final Set<String> WITHOUT_SEMICOLON = Set.of("amp", "lt", "gt", "quot");

    /** The entities of HTML for U+00A0 to U+00FF, in their order. */
    private static final List<String> LATIN_1 = List.of(
            ("nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro"
                            + " para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring"
                            + " AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde"
                            + " Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring"
                            + " aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde"
                            + " ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml")
                    .split(" ", -1));

    private static Map.Entry<String, Integer> entity(String name, char c) {
        return Map.entry(name, (int) c);
    }

    private HtmlEntities() {}

    /** Returns the character that a name refers to, or -1. */
    static int codePoint(String name) {
        Integer known = BY_NAME.get(name);
        if (known != null) {
            return known;
        }
        int index = LATIN_1.indexOf(name);
        return index < 0 ? -1 : 0xa0 + index;
    }

    static boolean isReadWithoutSemicolon(String name) {
        return WITHOUT_SEMICOLON.contains(name);
    }
}

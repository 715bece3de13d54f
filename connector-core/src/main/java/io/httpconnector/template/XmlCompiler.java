package io.httpconnector.template;

import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.ArrayList;
import java.util.List;

/** Says of each pill in an XML document whether it is text or in an attribute; elsewhere there can be none. */
final class XmlCompiler {

    /** What begins and what ends that in which a pill has no place. */
    private static final List<List<String>> CLOSED =
            List.of(List.of("<!--", "-->"), List.of("<![CDATA[", "]]>"), List.of("<?", "?>"), List.of("<!", ">"));

    private final List<TemplateProblem> problems;
    /** What ends the construct that the scan is in, or empty between tags. */
    private String until = "";

    private boolean inTag;

    private XmlCompiler(List<TemplateProblem> problems) {
        this.problems = problems;
    }

    static TextTemplate compile(PillSyntax language, String xml, List<TemplateProblem> problems) {
        int before = problems.size();
        XmlCompiler compiler = new XmlCompiler(problems);
        List<Object> pieces = new ArrayList<>();
        for (Object piece : language.tokenize("body", xml, text -> Escaping.xml(text, true), problems)) {
            if (piece instanceof Expression pill) {
                pieces.add(compiler.placed(pill));
            } else {
                compiler.scan((String) piece);
                pieces.add(piece);
            }
        }
        TextTemplate template = new TextTemplate(pieces);
        if (problems.size() == before) {
            compiler.check(template.sample("x"));
        }
        return template;
    }

    private TextTemplate.PlacedPill placed(Expression pill) {
        boolean attribute = inTag && !until.isEmpty();
        boolean text = !inTag && until.isEmpty();
        if (!attribute && !text) {
            problems.add(
                    pill.problem(
                            Code.WRONG_PLACE,
                            "can't be a part of a tag, a comment or CDATA: put it between two tags or in an attribute's value"));
        }
        if (pill.canOmit()) {
            problems.add(pill.problem(Code.WRONG_PLACE, "an element can't be left out: write | default('')"));
        }
        return TextTemplate.placed(
                pill, attribute ? TextTemplate.Escaper.XML_ATTRIBUTE : TextTemplate.Escaper.XML_TEXT, problems);
    }

    /** Goes on through literal text. A sound document is cut right; whether it is one, {@link #check} says. */
    private void scan(String text) {
        int at = 0;
        while (at < text.length()) {
            if (!until.isEmpty()) {
                int end = text.indexOf(until, at);
                if (end < 0) {
                    return;
                }
                at = end + until.length();
                until = "";
            } else if (inTag) {
                char c = text.charAt(at++);
                inTag = c != '>';
                until = c == '"' || c == '\'' ? String.valueOf(c) : "";
            } else {
                at = text.indexOf('<', at);
                if (at < 0) {
                    return;
                }
                at = opened(text, at);
            }
        }
    }

    private int opened(String text, int at) {
        for (List<String> pair : CLOSED) {
            if (text.startsWith(pair.get(0), at)) {
                until = pair.get(1);
                return at + pair.get(0).length();
            }
        }
        inTag = true;
        return at + 1;
    }

    private void check(String sample) {
        if (sample.matches("(?s).*<!DOCTYPE[^>]*\\[.*")) {
            problems.add(TemplateProblem.of(
                    SourceLocation.of("body"),
                    Code.MALFORMED,
                    null,
                    "a document type with declarations is not sent: leave them out"));
        }
        try {
            Body unused = Body.xml(sample);
        } catch (InvalidDefinitionException e) {
            e.problems()
                    .forEach(problem ->
                            problems.add(TemplateProblem.of(SourceLocation.of("body"), Code.MALFORMED, null, problem)));
        }
    }
}

package io.httpconnector.definition.imports;

import io.httpconnector.definition.imports.Jinja.Call;
import io.httpconnector.definition.imports.Jinja.Entries;
import io.httpconnector.definition.imports.Jinja.Indexed;
import io.httpconnector.definition.imports.JinjaConstants.Constant;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.List;

/** Translates members of objects and elements of lists that are calculated. Not thread-safe. */
final class JinjaElements {

    private final JinjaPills pills;

    /** Creates a translation, in which the values are translated by {@code pills}. */
    JinjaElements(JinjaPills pills) {
        this.pills = pills;
    }

    /** Returns a value within another one. */
    static Jinja member(Jinja value, List<String> steps) {
        Jinja member = value;
        for (String step : steps) {
            member = JinjaParser.step(member, step);
        }
        return member;
    }

    /** Returns a {@link Constant}, or the content of a pill. */
    Object element(Indexed indexed) {
        Jinja owner = pills.resolved(indexed.value());
        Object index = pills.value(indexed.index());
        if (owner instanceof Entries entries) {
            return member(entries, index);
        }
        if (!(index instanceof Constant constant) || constant.value() == null) {
            throw new UnsupportedException("an index that is not constant");
        }
        if (owner instanceof Call split
                && split.isMethod()
                && split.function().equals("split")
                && constant.value() instanceof Long number) {
            List<Jinja> arguments = split.arguments();
            return JinjaTexts.part(pills.value(arguments.get(0)), arguments.subList(1, arguments.size()), number);
        }
        Jinja member = JinjaParser.step(owner, JinjaConstants.written(constant));
        if (!(member instanceof Indexed)) {
            return pills.value(member);
        }
        throw new UnsupportedException("." + JinjaConstants.written(constant));
    }

    private Object member(Entries entries, Object name) {
        if (name instanceof Constant constant) {
            Jinja member = entries.members().get(JinjaConstants.written(constant));
            return member == null ? new Constant(null) : pills.value(member);
        }
        StringBuilder pairs = new StringBuilder();
        entries.members()
                .forEach((key, member) -> pairs.append(pairs.isEmpty() ? "" : ", ")
                        .append(JinjaConstants.quoted(key))
                        .append(", ")
                        .append(JinjaPills.operand(pills.value(member))));
        return name + " | map(" + pairs + ")";
    }
}

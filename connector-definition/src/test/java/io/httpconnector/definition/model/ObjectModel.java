package io.httpconnector.definition.model;

import java.util.List;
import java.util.Map;

/**
 * An object of a document: its members, and the rules among them. Immutable.
 *
 * @param id the class and the method that read it
 * @param members the members that it may have in each variant
 * @param exclusive members that exclude each other
 * @param discriminator the name of the member whose value determines the variant; empty for none
 * @param variants by value of the discriminator, the additional members and rules
 */
record ObjectModel(
        String id,
        List<MemberModel> members,
        List<Exclusive> exclusive,
        String discriminator,
        Map<String, ObjectModel> variants) {

    /**
     * Returns a short name of an object: its class, and its method unless it is named {@code read}.
     *
     * @param id the id of an object
     * @return the name, without the package
     */
    public static String nameOf(String id) {
        int method = id.lastIndexOf('.');
        String type = id.substring(id.lastIndexOf('.', method - 1) + 1, method).replace('$', '.');
        String name = id.substring(method + 1);
        return name.equals("read") ? type : type + "." + name.replaceFirst("^lambda\\$(\\w+)\\$.*", "$1");
    }

    /**
     * Members of which an object has at most one.
     *
     * @param names the members
     * @param isRequired whether it has exactly one
     */
    public record Exclusive(List<String> names, boolean isRequired) {}
}

using System.Globalization;

namespace Accelio.Transports.Wire;

/// <summary>Puts a violation of the protocol into words; error paths only.</summary>
internal static class WireFault
{
    /// <summary>Sets the text and hands the error through.</summary>
    public static LinkError Fail(LinkError error, FormattableString text, out string detail)
    {
        detail = text.ToString(CultureInfo.InvariantCulture);
        return error;
    }

    /// <summary>No violation.</summary>
    public static LinkError None(out string detail)
    {
        detail = string.Empty;
        return LinkError.None;
    }
}

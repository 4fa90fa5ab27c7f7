using System.Buffers.Text;
using System.Security.Cryptography;

namespace NexusActors.Coordination;

/// <summary>Makes the secrets of leases.</summary>
internal class LeaseTokens
{
    /// <summary>A new secret: 96 random bits, 16 characters safe in URLs and JSON.</summary>
    public virtual string Next()
    {
        Span<byte> bytes = stackalloc byte[12];
        RandomNumberGenerator.Fill(bytes);
        return Base64Url.EncodeToString(bytes);
    }
}
